// The keys of undecided links in their own order, so that all of one head follow each other, in pages.
// $relation (string): links of this relation only, or null
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $picture (boolean): only heads that have a picture
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
  AND (NOT $picture OR h.image_sha256 IS NOT NULL)
WITH p
ORDER BY p.key
LIMIT $limit
RETURN p.key AS key
