// The keys of undecided links of all relations, the likeliest first, in pages. Those with exactly the priority of the
// page's start come first. Each part is in the order of the index, so a page reads little more than it shows.
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $picture (boolean): only heads that have a picture
// $low (float): at least this priority
// $high (float): at most this priority
// $value (float): for the next page: the priority of the last link; null: from the start
// $key (string): and its key
// $limit (integer): maximum number of rows
// Returns: key
CALL () {
  MATCH (h)-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
  WHERE p.state = 'current' AND p.verdict = 'pending'
    AND p.priority = $value AND p.key < $key
    AND $low <= p.priority <= $high
    AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
    AND (NOT $picture OR h.image_sha256 IS NOT NULL)
  WITH p
  ORDER BY p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC
  LIMIT $limit
  RETURN p.key AS key
  UNION ALL
  MATCH (h)-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
  WHERE p.state = 'current' AND p.verdict = 'pending'
    AND p.priority < coalesce($value, Infinity) AND p.key IS NOT NULL
    AND $low <= p.priority <= $high
    AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
    AND (NOT $picture OR h.image_sha256 IS NOT NULL)
  WITH p
  ORDER BY p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC
  LIMIT $limit
  RETURN p.key AS key
}
RETURN key
LIMIT $limit
