// The undecided links of a relation that are in the graph, by state.
// $relation (string): the relation
// Returns: state, keys
UNWIND ['current', 'stale'] AS state
MATCH ()-[p:PREDICTED {vlkge: true}]->()
USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
WHERE p.relation = $relation AND p.state = state AND p.verdict = 'pending' AND p.priority IS NOT NULL
  AND p.key IS NOT NULL
RETURN state, collect(p.key) AS keys
