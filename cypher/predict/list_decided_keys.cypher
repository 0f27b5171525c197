// The links of a relation that a curator has accepted or rejected.
// $relation (string): the relation
// Returns: key
MATCH ()-[p:PREDICTED]->()
WHERE p.relation = $relation AND p.state IN ['current', 'stale'] AND p.verdict IN ['accepted', 'rejected']
  AND p.score IS NOT NULL
RETURN p.key AS key
