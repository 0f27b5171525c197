// The links of a relation that are current and wait for a decision.
// $relation (string): the relation
// Returns: keys
MATCH ()-[p:PREDICTED]->()
USING INDEX SEEK p:PREDICTED(relation, state, verdict, score)
WHERE p.relation = $relation AND p.state = 'current' AND p.verdict = 'pending' AND p.score IS NOT NULL
RETURN collect(p.key) AS keys
