// The next predicted links in the order of their keys, with all that is stored on them.
// $relation (string) = null: of this relation only
// $state (string) = null: current or stale only
// $verdict (string) = null: pending, accepted or rejected only
// $least (float) = 0.0: only links with at least this probability
// $after (string) = "": the last key of the page before
// $limit (integer) = 5000: maximum number of rows
// Returns: head, head_name, tail, tail_name, properties
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(key)
WHERE p.key > $after AND ($relation IS NULL OR p.relation = $relation) AND ($state IS NULL OR p.state = $state)
  AND ($verdict IS NULL OR p.verdict = $verdict) AND p.probability >= $least
WITH h, p, t
ORDER BY p.key
LIMIT $limit
RETURN h.id AS head, h.name AS head_name, t.id AS tail, t.name AS tail_name, properties(p) AS properties
