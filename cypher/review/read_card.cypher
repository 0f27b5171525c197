// One link that was predicted or decided, with its two ends, what is known of its head, and the other candidates for the
// same question. Also what people decided and noted about it.
// $key (string): the link's key
// $head (string): its head's id
// $relation (string): its relation
// $tail (string): its tail's id
// $facts (integer) = 60: maximum number of facts of the head
// $others (integer) = 30: maximum number of other candidates, decided ones among them
// $notes (integer) = 200: maximum number of notes, the newest
// Returns: link (null where no run proposed it), relation, head, tail, facts, others, functional (whether the newest run
// that knows says that a head has one value of the relation), decisions (the oldest first), notes (the newest first)
MATCH (h:Entity:Vlkge {id: $head})
USING INDEX SEEK h:Entity(id)
MATCH (t:Entity:Vlkge {id: $tail})
USING INDEX SEEK t:Entity(id)
OPTIONAL MATCH (h)-[p:PREDICTED {vlkge: true, key: $key}]->(t)
USING INDEX SEEK p:PREDICTED(key)
WITH h, t, p
WHERE p IS NOT NULL OR EXISTS {
  MATCH (d:Decision:Vlkge {key: $key})
  USING INDEX SEEK d:Decision(key, number)
  WHERE d.number IS NOT NULL
}
CALL (h) {
  MATCH (h)-[f {vlkge: true}]->(x:Entity)
  WHERE type(f) <> 'PREDICTED'
  WITH f, x LIMIT $facts
  WITH h, f, x, CASE WHEN 'prediction' IN coalesce(f.sources, []) THEN COLLECT {
    MATCH (d:Decision:Vlkge)
    USING INDEX SEEK d:Decision(head, tail)
    WHERE d.head = h.id AND d.tail = x.id AND d.relation = type(f) AND d.verdict = 'accepted'
      AND NOT EXISTS { MATCH (u:Decision:Vlkge {key: d.key}) WHERE u.number > d.number AND u.undoes = d.id }
    RETURN [d.by, d.at] ORDER BY d.number DESC LIMIT 1
  }[0] END AS accepted
  ORDER BY type(f), x.name
  RETURN collect({relation: type(f), id: x.id, name: coalesce(x.name, x.id), sources: coalesce(f.sources, []),
    since: f.asserted_at, accepted_by: accepted[0], accepted_at: accepted[1]}) AS facts
}
CALL (h, t) {
  MATCH (h)-[q:PREDICTED {vlkge: true, relation: $relation, state: 'current'}]->(x)
  WHERE x <> t
  WITH q, x ORDER BY q.rank, q.score DESC LIMIT $others
  RETURN collect({key: q.key, id: x.id, name: x.name, probability: q.probability, rank: q.rank, verdict: q.verdict,
    picture: x.image_sha256, seen: COLLECT {
      MATCH (d:Decision:Vlkge {key: q.key})
      USING INDEX SEEK d:Decision(key, number)
      WHERE d.number IS NOT NULL
      RETURN d.id ORDER BY d.number DESC LIMIT 1
    }[0]}) AS others
}
CALL () {
  OPTIONAL MATCH (r:PredictionRun:Vlkge)
  WHERE r.functional IS NOT NULL
  WITH r ORDER BY r.started_at DESC LIMIT 1
  RETURN coalesce($relation IN r.functional, false) AS functional
}
CALL () {
  MATCH (d:Decision:Vlkge {key: $key})
  USING INDEX SEEK d:Decision(key, number)
  WHERE d.number IS NOT NULL
  WITH d ORDER BY d.number
  RETURN collect({id: d.id, key: d.key, number: d.number, head: d.head, relation: d.relation, tail: d.tail, verdict: d.verdict,
    by: d.by, at: d.at, reason: d.reason, run_id: d.run_id, model_version: d.model_version, probability: d.probability,
    batch: d.batch, queue: d.queue, undoes: d.undoes, restores: d.restores, waiting: d.waiting}) AS decisions
}
CALL (h, t) {
  MATCH (n:CuratorNote:Vlkge {key: $key})
  USING INDEX SEEK n:CuratorNote(key)
  WITH n, h, t ORDER BY n.at DESC, n.id LIMIT $notes
  RETURN collect({id: n.id, kind: n.kind, key: n.key, head: n.head, relation: n.relation, tail: n.tail, text: n.text,
    by: n.by, at: n.at, closed_by: n.closed_by, closed_at: n.closed_at, assigned_to: n.assigned_to,
    head_name: coalesce(h.name, n.head), tail_name: coalesce(t.name, n.tail)}) AS notes
}
RETURN p {.*} AS link, $relation AS relation,
  h {.*, label: coalesce(h.primary_label, 'Entity'), visual: null, textual: null} AS head,
  t {.*, label: coalesce(t.primary_label, 'Entity'), visual: null, textual: null} AS tail, facts, others,
  functional, decisions, notes
