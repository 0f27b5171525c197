// The undecided proposals for one question, those with one opinion too, the best first. And whether the newest run that
// knows says that a head has one value of the relation.
// $head (string): the head's id
// $relation (string): the relation
// $limit (integer) = 300: maximum number of proposals
// Returns: functional, answers (a list of maps: key, seen)
MATCH (h:Entity:Vlkge {id: $head})
USING INDEX SEEK h:Entity(id)
CALL () {
  OPTIONAL MATCH (r:PredictionRun:Vlkge)
  WHERE r.functional IS NOT NULL
  WITH r ORDER BY r.started_at DESC LIMIT 1
  RETURN coalesce($relation IN r.functional, false) AS functional
}
RETURN functional, COLLECT {
  MATCH (h)-[p:PREDICTED {vlkge: true, relation: $relation, state: 'current'}]->()
  WHERE p.verdict IN ['pending', 'opinion']
  WITH p ORDER BY p.rank, p.key LIMIT $limit
  RETURN {key: p.key, seen: COLLECT {
    MATCH (d:Decision:Vlkge {key: p.key})
    USING INDEX SEEK d:Decision(key, number)
    WHERE d.number IS NOT NULL
    RETURN d.id ORDER BY d.number DESC LIMIT 1
  }[0]}
} AS answers
