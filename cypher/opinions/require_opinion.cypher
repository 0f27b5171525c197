// Asks for a second opinion on the links of a relation; one that is asked for already stays as it is.
// $relation (string): the relation
// $by (string): who asks for it
MERGE (s:Schema:Vlkge {of: 'second opinion ' + $relation})
ON CREATE SET s.relation = $relation, s.by = $by, s.at = datetime()
ON MATCH SET s.by = CASE WHEN s.closed_at IS NULL THEN s.by ELSE $by END,
  s.at = CASE WHEN s.closed_at IS NULL THEN s.at ELSE datetime() END
REMOVE s.closed_at, s.closed_by
