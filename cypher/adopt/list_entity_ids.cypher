// The ids of all entities.
// Returns: ids
MATCH (n:Entity)
RETURN collect(n.id) AS ids
