// To version 2: some keys of links without a place in the audit's random order.
// $limit (integer): maximum number of rows
// Returns: keys
MATCH (:Entity)-[p:PREDICTED]->(:Entity)
WHERE p.draw IS NULL
WITH p.key AS key LIMIT $limit
RETURN collect(key) AS keys
