// The keys of undecided links of one relation, the likeliest first, in pages. Those with exactly the priority of the
// page's start come first. Each part is in the order of the index, so a page reads little more than it shows.
// $relation (string): the relation
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $pictured (boolean): true: only heads that have a picture, false: only those that have none; or null
// $decade (string): heads with a date that begins so, such as 189, or null
// $dated (string): a pattern of the names of properties that hold dates
// $low (float): at least this priority
// $high (float): at most this priority
// $value (float): for the next page: the priority of the last link; null: from the start
// $key (string): and its key
// $limit (integer): maximum number of rows
// Returns: key
CALL () {
  MATCH (h)-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
  WHERE p.relation = $relation AND p.state = 'current' AND p.verdict = 'pending'
    AND p.priority = $value AND p.key < $key
    AND $low <= p.priority <= $high
    AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
    AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
    AND ($decade IS NULL OR any(name IN keys(h) WHERE name =~ $dated AND toStringOrNull(h[name]) STARTS WITH $decade))
  WITH p
  ORDER BY p.relation DESC, p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC
  LIMIT $limit
  RETURN p.key AS key
  UNION ALL
  MATCH (h)-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
  WHERE p.relation = $relation AND p.state = 'current' AND p.verdict = 'pending'
    AND p.priority < coalesce($value, Infinity) AND p.key IS NOT NULL
    AND $low <= p.priority <= $high
    AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
    AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
    AND ($decade IS NULL OR any(name IN keys(h) WHERE name =~ $dated AND toStringOrNull(h[name]) STARTS WITH $decade))
  WITH p
  ORDER BY p.relation DESC, p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC
  LIMIT $limit
  RETURN p.key AS key
}
RETURN key
LIMIT $limit
