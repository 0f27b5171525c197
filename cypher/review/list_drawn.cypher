// The keys of undecided links in the random order of the audit, in pages.
// $relation (string): links of this relation only, or null
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $pictured (boolean): true: only heads that have a picture, false: only those that have none; or null
// $decade (string): heads with a date that begins so, such as 189, or null
// $dated (string): a pattern of the names of properties that hold dates
// $low (float): at least this priority
// $high (float): at most this priority
// $value (float): for the next page: the draw of the last link; null: from the start
// $key (string): and its key
// $limit (integer): maximum number of rows
// Returns: key
MATCH (h)-[p:PREDICTED {vlkge: true}]->()
USING INDEX SEEK p:PREDICTED(state, verdict, draw)
WHERE p.state = 'current' AND p.verdict = 'pending' AND p.draw >= coalesce($value, -1.0)
  AND NOT coalesce(p.draw = $value AND p.key <= $key, false)
  AND ($relation IS NULL OR p.relation = $relation) AND $low <= p.priority <= $high
  AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
  AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
  AND ($decade IS NULL OR any(name IN keys(h) WHERE name =~ $dated AND toStringOrNull(h[name]) STARTS WITH $decade))
WITH p
ORDER BY p.state, p.verdict, p.draw, p.key
LIMIT $limit
RETURN p.key AS key
