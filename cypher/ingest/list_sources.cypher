// The sources that assert any entity of the graph.
// Returns: source
MATCH (e:Entity:Vlkge)
UNWIND e.sources AS source
RETURN DISTINCT source
ORDER BY source
