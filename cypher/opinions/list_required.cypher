// The relations on whose links a second opinion is required.
// Returns: relation, by, at
MATCH (s:Schema:Vlkge)
WHERE s.of STARTS WITH 'second opinion ' AND s.closed_at IS NULL
RETURN s.relation AS relation, s.by AS by, s.at AS at
ORDER BY relation
