// What the queue can be narrowed to: labels of entities, and the finished runs with how many links of which relation
// each wrote (a map as JSON), the newest first.
// $limit (integer) = 20: maximum number of runs
// Returns: labels, runs
CALL () {
  CALL db.labels() YIELD label
  WHERE NOT label IN ['Entity', 'Model', 'PredictionRun', 'Decision', 'Doubt', 'Encoder'] AND NOT label STARTS WITH '_'
  WITH label ORDER BY label
  RETURN collect(label) AS labels
}
CALL () {
  MATCH (r:PredictionRun {state: 'complete'})
  WITH r ORDER BY r.started_at DESC LIMIT $limit
  RETURN collect({id: r.id, model: r.model_version, at: r.started_at, counts: r.counts}) AS runs
}
RETURN labels, runs
