// To version 3: give some links the number that queues are ordered by. The meaningless probability of a model without
// calibration is removed. What another probability is a share of is noted: all heads, also those without an answer.
// $limit (integer): maximum number of links
// Returns: links (how many were done)
MATCH (:Entity)-[p:PREDICTED]->(:Entity)
WHERE p.priority IS NULL AND p.key STARTS WITH '["' AND p.run_id IS NOT NULL AND p.model_version IS NOT NULL
WITH p, p.probability IS NOT NULL AND coalesce(p.calibrated_on, '') <> 'none' AS calibrated,
  coalesce(p.score, 0.0) AS score
LIMIT $limit
SET p.priority = CASE WHEN calibrated THEN p.probability ELSE (score / (1 + abs(score)) - 1) / 2 END,
  p.probability = CASE WHEN calibrated THEN p.probability END,
  p.uncertainty = CASE WHEN calibrated THEN p.uncertainty END,
  p.calibrated_on = CASE WHEN calibrated THEN 'all heads' ELSE 'none' END
RETURN count(p) AS links
