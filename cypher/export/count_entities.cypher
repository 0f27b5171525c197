// How many entities there are, and how many adopted ones have lost all that they were given.
// Returns: entities, wiped
MATCH (n:Entity:Vlkge)
RETURN count(n) AS entities, count(CASE WHEN n.sources IS NULL AND n.primary_label IS NULL THEN 1 END) AS wiped
