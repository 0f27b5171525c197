// The next predicted links in the order of their keys, with all that is stored on them.
// $relation (string) = null: of this relation only
// $state (string) = null: current or stale only
// $verdict (string) = null: pending, opinion, contested, accepted or rejected only
// $least (float) = 0.0: only links of at least this priority; 0: all, also those without a probability
// $after (string) = "": the last key of the page before
// $limit (integer) = 5000: maximum number of rows
// Returns: head, head_name, head_rights, tail, tail_name, tail_rights, properties
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(key)
WHERE p.key > $after AND ($relation IS NULL OR p.relation = $relation) AND ($state IS NULL OR p.state = $state)
  AND ($verdict IS NULL OR p.verdict = $verdict) AND p.priority >= CASE WHEN $least <= 0.0 THEN -1.0 ELSE $least END
WITH h, p, t
ORDER BY p.key
LIMIT $limit
RETURN h.id AS head, h.name AS head_name, toStringOrNull(h.rights) AS head_rights, t.id AS tail, t.name AS tail_name,
  toStringOrNull(t.rights) AS tail_rights, properties(p) AS properties
