// The keys of undecided links in their own order, so that all of one head follow each other, in pages.
// $relation (string): links of this relation only, or null
// $near (string): only heads with a fact about this entity, or null
// $via (string): a fact of this relation, or null: of any
// $answer (string): only links to this entity, or null
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $pictured (boolean): true: only heads that have a picture, false: only those that have none; or null
// $decade (string): heads with a date that begins so, such as 189, or null
// $dated (list): the names of the properties that hold dates
// $low (float): at least this priority
// $high (float): at most this priority
// $key (string): for the next page: the key of the last link; empty: from the start
// $scanned (integer) = null: maximum number of undecided links that are looked at; null: no maximum
// $limit (integer): maximum number of rows
// Returns: key
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(key)
WHERE p.key > $key AND p.state = 'current' AND p.verdict = 'pending'
WITH h, p, t
ORDER BY p.key
LIMIT coalesce($scanned, 9223372036854775807)
WHERE $low <= p.priority <= $high AND ($relation IS NULL OR p.relation = $relation)
  AND ($answer IS NULL OR t.id = $answer)
  AND ($near IS NULL OR EXISTS {
    MATCH (h)-[f {vlkge: true}]->(x)
    WHERE x.id = $near AND type(f) = coalesce($via, type(f)) AND type(f) <> 'PREDICTED'
  })
  AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
  AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
  AND ($decade IS NULL OR any(name IN $dated WHERE toStringOrNull(h[name]) STARTS WITH $decade))
WITH p
ORDER BY p.key
LIMIT $limit
RETURN p.key AS key
