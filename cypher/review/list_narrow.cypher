// The keys of undecided links with one answer, or of heads with a fact about one entity, such as the works of an artist, in
// pages. All of them are read and sorted, in the order in which the lists of the whole queue have them.
// $near (string): only heads with a fact about this entity, or null
// $via (string): a fact of this relation, or null: of any
// $answer (string): only links to this entity, or null
// $relation (string): links of this relation only, or null
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $pictured (boolean): true: only heads that have a picture, false: only those that have none; or null
// $decade (string): heads with a date that begins so, such as 189, or null
// $dated (list): the names of the properties that hold dates
// $low (float): at least this priority
// $high (float): at most this priority
// $order (string): probability, uncertainty (both the highest first), audit (by the draw) or entity (by the key)
// $value (float): for the next page: the last link's place in that order, or null
// $key (string): and its key
// $limit (integer): maximum number of rows
// Returns: key
CALL () {
  WITH $near AS near WHERE near IS NOT NULL
  MATCH (n:Entity:Vlkge {id: near})<-[f {vlkge: true}]-(h:Entity)
  USING INDEX SEEK n:Entity(id)
  WHERE type(f) = coalesce($via, type(f)) AND type(f) <> 'PREDICTED'
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
WITH h, p, CASE $order WHEN 'probability' THEN -p.priority WHEN 'uncertainty' THEN -p.uncertainty WHEN 'audit' THEN p.draw
  ELSE 0.0 END AS place, $order IN ['probability', 'uncertainty'] AS falling
WHERE p.verdict = 'pending' AND place IS NOT NULL
  AND ($value IS NULL OR place > $value OR (place = $value AND CASE WHEN falling THEN p.key < $key ELSE p.key > $key END))
  AND ($relation IS NULL OR p.relation = $relation) AND $low <= p.priority <= $high
  AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
  AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
  AND ($decade IS NULL OR any(name IN $dated WHERE toStringOrNull(h[name]) STARTS WITH $decade))
RETURN p.key AS key
ORDER BY place, CASE WHEN falling THEN null ELSE key END, key DESC
LIMIT $limit
