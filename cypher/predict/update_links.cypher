// Writes links again that an earlier run wrote, and keeps what that run predicted.
// $rows (list): one map per link: key, properties (a map: score, rank, priority, probability, draw, evidence)
// $blank (map): properties of earlier runs that this run does not have, each null
// $run_id (string): this run
// $model_version (string): the model that predicted them
// Returns: written
UNWIND $rows AS row
WITH row.key AS key, row.properties AS properties
MATCH ()-[p:PREDICTED {vlkge: true, key: key}]->()
USING INDEX SEEK p:PREDICTED(key)
WITH p, properties, CASE WHEN p.run_id = $run_id THEN {} ELSE {
  previous_score: p.score,
  previous_probability: p.probability,
  previous_rank: p.rank,
  previous_run_id: p.run_id,
  moved: abs(properties.probability - p.probability)
} END AS previous
SET p += previous
SET p += $blank
SET p += properties
SET p.state = 'current', p.run_id = $run_id, p.model_version = $model_version, p.refreshed_at = null
RETURN count(*) AS written
