// How many undecided links of a relation are stale.
// $relation (string): the relation
// Returns: stale
MATCH ()-[p:PREDICTED]->()
USING INDEX SEEK p:PREDICTED(relation, state, verdict, score)
WHERE p.relation = $relation AND p.state = 'stale' AND p.verdict = 'pending' AND p.score IS NOT NULL
RETURN count(*) AS stale
