// The links of a relation that a curator has accepted or rejected.
// $relation (string): the relation
// Returns: key
MATCH ()-[p:PREDICTED]->()
USING INDEX SEEK p:PREDICTED(relation, state, verdict, score)
WHERE p.relation = $relation AND p.state IN ['current', 'stale'] AND p.verdict IN ['accepted', 'rejected']
  AND p.score IS NOT NULL
RETURN p.key AS key
