// The decisions about links whose head is one entity, the newest first.
// $prefix (string): how the keys of its links begin
// $limit (integer) = 100: maximum number of rows
// Returns: decision, head_name, tail_name, stands
MATCH (d:Decision:Vlkge)
WHERE d.key STARTS WITH $prefix AND d.number IS NOT NULL
WITH d
ORDER BY d.at DESC
LIMIT $limit
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
RETURN d {.id, .number, .head, .relation, .tail, .verdict, .by, .at, .reason, .run_id, .model_version, .probability, .batch,
  .queue, .undoes, .restores, .waiting} AS decision, coalesce(h.name, d.head) AS head_name, coalesce(t.name, d.tail) AS tail_name,
  (NOT EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number
  } OR EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number AND d.id IN n.opinions
  }) AS stands
ORDER BY d.at DESC, d.key
