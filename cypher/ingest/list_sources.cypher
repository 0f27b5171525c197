// The sources that assert any entity of the graph.
// Returns: source
MATCH (e:Entity)
UNWIND e.sources AS source
RETURN DISTINCT source
ORDER BY source
