// Records decisions, each with what the run predicted for the link, and gives the verdict to the predicted link where there
// is one.
// $rows (list): one map per decision: key, number, id, head, relation, tail, verdict, reason, undoes
//   (what it takes back), restores (what stands again), waiting (opinion or contested where opinions
//   are open, or the verdict that stands again), opinions (ids), queue (null: $queue)
// $by (string): who decided
// $queue (string): where: review, audit, batch or import
// $batch (string): the batch that it belongs to, or null
// Returns: key, number, id, head, relation, tail, verdict, by, at, reason, run_id, model_version, probability, batch, queue, undoes, restores, waiting
UNWIND $rows AS row
OPTIONAL MATCH ()-[p:PREDICTED {vlkge: true, key: row.key}]->()
USING INDEX SEEK p:PREDICTED(key)
CREATE (d:Decision:Vlkge {id: row.id, key: row.key, number: row.number, head: row.head, relation: row.relation,
  tail: row.tail, verdict: row.verdict, by: $by, at: datetime(), reason: row.reason, run_id: p.run_id,
  model_version: p.model_version, probability: p.probability, calibrated_on: p.calibrated_on,
  batch: $batch, queue: coalesce(row.queue, $queue), undoes: row.undoes, restores: row.restores, waiting: row.waiting,
  opinions: row.opinions})
SET p.verdict = coalesce(row.waiting, CASE row.verdict WHEN 'undone' THEN 'pending' ELSE row.verdict END)
RETURN d.key AS key, d.number AS number, d.id AS id, d.head AS head, d.relation AS relation, d.tail AS tail,
  d.verdict AS verdict, d.by AS by, d.at AS at, d.reason AS reason, d.run_id AS run_id,
  d.model_version AS model_version, d.probability AS probability, d.batch AS batch, d.queue AS queue,
  d.undoes AS undoes, d.restores AS restores, d.waiting AS waiting
