// Rejections that stand and were made by choosing another answer, the newest first, with the names of the ends. Relations
// of which the newest run that knows says that a head has one value are left out.
// $reason (string): the reason that such rejections carry
// $limit (integer) = 1000: maximum number of rows
// Returns: decision, head_name, tail_name, stands
CALL () {
  OPTIONAL MATCH (r:PredictionRun:Vlkge)
  WHERE r.functional IS NOT NULL
  WITH r ORDER BY r.started_at DESC LIMIT 1
  RETURN coalesce(r.functional, []) AS functional
}
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(batch)
WHERE d.verdict = 'rejected' AND d.reason = $reason AND d.batch STARTS WITH 'card-'
  AND NOT d.relation IN functional
  AND (NOT EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number
  } OR EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number AND d.id IN n.opinions
  })
WITH d ORDER BY d.at DESC, d.id LIMIT $limit
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
RETURN d {.key, .number, .id, .head, .relation, .tail, .verdict, .by, .at, .reason, .run_id, .model_version,
  .probability, .batch, .queue} AS decision, coalesce(h.name, d.head) AS head_name, coalesce(t.name, d.tail) AS tail_name,
  true AS stands
