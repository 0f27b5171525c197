// Writes links again that today's facts change, under the run that they are of, and keeps what they were before.
// $rows (list): one map per link: key, changed (whether anything differs), properties (a map: score, rank, evidence, …)
// $blank (map): properties of earlier runs that links have no more, each null
// $run_id (string): the run in force, of whom a link becomes that was stale
// $model_version (string): its model
// $at (string): when the facts were read, ISO 8601
UNWIND $rows AS row
WITH row.key AS key, row.changed AS changed, row.properties AS properties
MATCH ()-[p:PREDICTED {vlkge: true, key: key}]->()
USING INDEX SEEK p:PREDICTED(key)
WITH p, properties, CASE WHEN changed THEN {
  previous_score: p.score,
  previous_probability: p.probability,
  previous_rank: p.rank,
  previous_run_id: p.run_id,
  moved: abs(properties.probability - p.probability)
} ELSE {} END AS previous, CASE p.state WHEN 'current' THEN {} ELSE {
  run_id: $run_id,
  model_version: $model_version
} END AS run
SET p += previous
SET p += run
SET p += $blank
SET p += properties
SET p.state = 'current', p.refreshed_at = datetime($at)
