// What the queue can be narrowed to: kinds of entities, and the finished runs with how many links of which relation
// each wrote (a map as JSON), the newest first.
// $limit (integer) = 20: maximum number of runs
// Returns: labels, runs
CALL () {
  CALL db.labels() YIELD label
  WHERE EXISTS { MATCH (n:Entity) USING INDEX SEEK n:Entity(primary_label, id)
    WHERE n.primary_label = label AND n.id IS NOT NULL AND n:Vlkge }
  WITH label ORDER BY label
  RETURN collect(label) AS labels
}
CALL () {
  MATCH (r:PredictionRun:Vlkge {state: 'complete'})
  WITH r ORDER BY r.started_at DESC LIMIT $limit
  RETURN collect({id: r.id, model: r.model_version, at: r.started_at, counts: r.counts}) AS runs
}
RETURN labels, runs
