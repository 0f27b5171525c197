// To version 2: some keys of links without a place in the audit's random order.
// $limit (integer): maximum number of rows
// Returns: keys
MATCH (:Entity)-[p:PREDICTED]->(:Entity)
WHERE p.draw IS NULL AND p.key STARTS WITH '["' AND p.run_id IS NOT NULL AND p.model_version IS NOT NULL
WITH p.key AS key LIMIT $limit
RETURN collect(key) AS keys
