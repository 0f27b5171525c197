// How many links the filters leave, undecided and decided ones, each counted no further than a limit.
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $pictured (boolean): true: only heads that have a picture, false: only those that have none; or null
// $decade (string): heads with a date that begins so, such as 189, or null
// $dated (list): the names of the properties that hold dates
// $low (float): at least this priority
// $high (float): at most this priority
// $scanned (integer) = null: maximum number of undecided and of decided links that are looked at; null: all
// $limit (integer): count no further
// Returns: links, decided, more_links, more_decided (1 where there are some that were not looked at)
CALL () {
  MATCH (h)-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
  WHERE p.state = 'current' AND p.verdict = 'pending'
    AND $low <= p.priority <= $high AND p.key IS NOT NULL
  WITH h, p LIMIT coalesce($scanned, 9223372036854775807)
  WHERE ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
    AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
    AND ($decade IS NULL OR any(name IN $dated WHERE toStringOrNull(h[name]) STARTS WITH $decade))
  WITH p LIMIT $limit
  RETURN count(p) AS links
}
CALL () {
  MATCH (h)-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
  WHERE p.state = 'current' AND p.verdict IN ['accepted', 'rejected']
    AND $low <= p.priority <= $high AND p.key IS NOT NULL
  WITH h, p LIMIT coalesce($scanned, 9223372036854775807)
  WHERE ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
    AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
    AND ($decade IS NULL OR any(name IN $dated WHERE toStringOrNull(h[name]) STARTS WITH $decade))
  WITH p LIMIT $limit
  RETURN count(p) AS decided
}
CALL () {
  UNWIND CASE WHEN $scanned IS NULL THEN [] ELSE [$scanned] END AS looked_at
  MATCH ()-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
  WHERE p.state = 'current' AND p.verdict = 'pending'
    AND $low <= p.priority <= $high AND p.key IS NOT NULL
  WITH p SKIP coalesce($scanned, 0) LIMIT 1
  RETURN count(p) AS more_links
}
CALL () {
  UNWIND CASE WHEN $scanned IS NULL THEN [] ELSE [$scanned] END AS looked_at
  MATCH ()-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
  WHERE p.state = 'current' AND p.verdict IN ['accepted', 'rejected']
    AND $low <= p.priority <= $high AND p.key IS NOT NULL
  WITH p SKIP coalesce($scanned, 0) LIMIT 1
  RETURN count(p) AS more_decided
}
RETURN links, decided, more_links, more_decided
