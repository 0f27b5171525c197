// Everybody who has decided anything.
// Returns: by
MATCH (d:Decision:Vlkge)
RETURN DISTINCT d.by AS by
ORDER BY by
