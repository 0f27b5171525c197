// Asks for no second opinion on the links of a relation any more.
// $relation (string): the relation
// $by (string): who says so
// Returns: relation
MATCH (s:Schema:Vlkge {of: 'second opinion ' + $relation})
WHERE s.closed_at IS NULL
SET s.closed_at = datetime(), s.closed_by = $by
RETURN s.relation AS relation
