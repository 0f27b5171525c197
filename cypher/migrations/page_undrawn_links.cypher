// To version 2: keys of links that have no place in the audit's random order yet, at most so many.
// $limit (integer): at most so many
// Returns: keys
MATCH (:Entity)-[p:PREDICTED]->(:Entity)
WHERE p.draw IS NULL
WITH p.key AS key LIMIT $limit
RETURN collect(key) AS keys
