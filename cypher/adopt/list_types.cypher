// The types of relationships that the graph has.
// Returns: type, relationships
MATCH ()-[r]->()
RETURN type(r) AS type, count(*) AS relationships
ORDER BY type
