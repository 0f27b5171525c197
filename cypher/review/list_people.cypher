// Everybody who has decided anything. Reads all decisions.
// Returns: by
MATCH (d:Decision:Vlkge)
RETURN DISTINCT d.by AS by
ORDER BY by
