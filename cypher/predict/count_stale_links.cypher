// How many undecided links of a relation are stale.
// $relation (string): the relation
// Returns: stale
MATCH ()-[p:PREDICTED {vlkge: true}]->()
USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
WHERE p.relation = $relation AND p.state = 'stale' AND p.verdict = 'pending' AND p.priority IS NOT NULL
  AND p.key IS NOT NULL
RETURN count(*) AS stale
