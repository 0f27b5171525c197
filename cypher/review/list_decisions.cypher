// Decisions, the newest first, in pages; those of one moment by id; `stands` where nobody has decided the link again.
// $by (string): of this person, or null
// $verdict (string): accepted, rejected, undone, for or against, or null
// $relation (string): of this relation, or null
// $queue (string): review, audit, batch or import, or null
// $before (string): for the next page: the time of the last decision, ISO 8601; null: from the newest
// $id (string): and its id
// $limit (integer): maximum number of rows
// Returns: decision, head_name, head_rights, tail_name, tail_rights, stands
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(at)
WHERE d.at <= coalesce(datetime($before), datetime() + duration({days: 1}))
  AND ($before IS NULL OR d.at < datetime($before) OR d.id > $id)
  AND ($by IS NULL OR d.by = $by) AND ($verdict IS NULL OR d.verdict = $verdict)
  AND ($relation IS NULL OR d.relation = $relation) AND ($queue IS NULL OR d.queue = $queue)
WITH d
ORDER BY d.at DESC, d.id
LIMIT $limit
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
RETURN d {.id, .number, .head, .relation, .tail, .verdict, .by, .at, .reason, .run_id, .model_version, .probability, .batch,
  .queue, .undoes, .restores, .waiting} AS decision, coalesce(h.name, d.head) AS head_name,
  toStringOrNull(h.rights) AS head_rights, coalesce(t.name, d.tail) AS tail_name, toStringOrNull(t.rights) AS tail_rights,
  (NOT EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number
  } OR EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number AND d.id IN n.opinions
  }) AS stands
ORDER BY d.at DESC, d.id
