// How many entities there are.
// Returns: entities
MATCH (n:Entity:Vlkge)
RETURN count(n) AS entities
