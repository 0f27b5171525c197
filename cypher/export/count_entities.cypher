// How many entities there are; answered from the count store.
// Returns: entities
MATCH (n:Entity)
RETURN count(n) AS entities
