// The ids of all entities.
// Returns: ids
MATCH (n:Entity:Vlkge)
RETURN collect(n.id) AS ids
