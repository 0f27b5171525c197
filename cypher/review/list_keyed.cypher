// The keys of undecided links in their own order, so that all of one head follow each other, in pages.
// $relation (string): links of this relation only, or null
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $pictured (boolean): true: only heads that have a picture, false: only those that have none; or null
// $decade (string): heads with a date that begins so, such as 189, or null
// $dated (string): a pattern of the names of properties that hold dates
// $low (float): at least this priority
// $high (float): at most this priority
// $key (string): for the next page: the key of the last link; empty: from the start
// $limit (integer): maximum number of rows
// Returns: key
MATCH (h)-[p:PREDICTED {vlkge: true}]->()
USING INDEX SEEK p:PREDICTED(key)
WHERE p.key > $key AND p.state = 'current' AND p.verdict = 'pending'
  AND ($relation IS NULL OR p.relation = $relation) AND $low <= p.priority <= $high
  AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
  AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
  AND ($decade IS NULL OR any(name IN keys(h) WHERE name =~ $dated AND toStringOrNull(h[name]) STARTS WITH $decade))
WITH p
ORDER BY p.key
LIMIT $limit
RETURN p.key AS key
