// The ids of all entities that a source asserts, as one list.
// $source (string): the source's name
// Returns: ids
MATCH (n:Entity:Vlkge)
WHERE $source IN n.sources
RETURN collect(n.id) AS ids
