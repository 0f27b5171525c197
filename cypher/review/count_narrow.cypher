// How many links with one answer, or of heads with a fact about one entity, wait, and how many are decided.
// $near (string): only heads with a fact about this entity, or null
// $answer (string): only links to this entity, or null
// $relation (string): links of this relation only, or null
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $pictured (boolean): true: only heads that have a picture, false: only those that have none; or null
// $decade (string): heads with a date that begins so, such as 189, or null
// $dated (list): the names of the properties that hold dates
// $low (float): at least this priority
// $high (float): at most this priority
// $limit (integer): count no further
// Returns: links, decided, more (whether some were not looked at)
CALL () {
  WITH $near AS near WHERE near IS NOT NULL
  MATCH (n:Entity:Vlkge {id: near})<-[f {vlkge: true}]-(h:Entity)
  USING INDEX SEEK n:Entity(id)
  WHERE type(f) <> 'PREDICTED'
  WITH DISTINCT h
  MATCH (h)-[p:PREDICTED {vlkge: true, state: 'current'}]->(t)
  WHERE $answer IS NULL OR t.id = $answer
  RETURN h, p
  UNION
  WITH $answer AS answer WHERE answer IS NOT NULL AND $near IS NULL
  MATCH (h)-[p:PREDICTED {vlkge: true, state: 'current'}]->(t:Entity:Vlkge {id: answer})
  USING INDEX SEEK t:Entity(id)
  RETURN h, p
}
WITH h, p
WHERE p.verdict IN ['pending', 'accepted', 'rejected']
  AND ($relation IS NULL OR p.relation = $relation) AND $low <= p.priority <= $high
  AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
  AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
  AND ($decade IS NULL OR any(name IN $dated WHERE toStringOrNull(h[name]) STARTS WITH $decade))
WITH p.verdict = 'pending' AS open LIMIT 2 * $limit
RETURN sum(CASE WHEN open THEN 1 ELSE 0 END) AS links, sum(CASE WHEN open THEN 0 ELSE 1 END) AS decided,
  count(open) = 2 * $limit AS more
