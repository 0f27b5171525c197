// How many undecided links the filters leave, counted no further than a limit.
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $picture (boolean): only heads that have a picture
// $low (float): at least this priority
// $high (float): at most this priority
// $limit (integer): count no further
// Returns: links
MATCH (h)-[p:PREDICTED {vlkge: true}]->()
USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
WHERE p.state = 'current' AND p.verdict = 'pending' AND $low <= p.priority <= $high AND p.key IS NOT NULL
  AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
  AND (NOT $picture OR h.image_sha256 IS NOT NULL)
WITH p LIMIT $limit
RETURN count(p) AS links
