// Pairs of entities that may be the same: near in every modality that both have, and in the words of their names; by id.
// Looks for the neighbours of one entity after another until it has found $limit pairs.
// $least (float) = 0.95: minimum similarity of vectors, from 0 to 1
// $names (float) = 0.5: minimum share of words that two names have in common
// $limit (integer from 1) = 20: maximum number of rows
// $after (string) = "": for the next page: the entity of the last row
// $scanned (integer from 1) = null: maximum number of entities that are read; null: no maximum
// Returns: entity, name, other, other_name, label, names_alike, text_alike, picture_alike
MATCH (e:Entity:Vlkge)
USING INDEX e:Entity(id)
WHERE e.id > $after AND e.name IS NOT NULL
WITH e
ORDER BY e.id
LIMIT coalesce($scanned, 9223372036854775807)
CALL (e) {
  WITH e WHERE e.textual IS NOT NULL
  CALL db.index.vector.queryNodes('entity_textual', 6, e.textual) YIELD node
  RETURN node
  UNION
  WITH e WHERE e.visual IS NOT NULL
  CALL db.index.vector.queryNodes('entity_visual', 6, e.visual) YIELD node
  RETURN node
}
WITH e, node
WHERE node.id > e.id AND node:Vlkge
// Names before vectors and labels: nearly all neighbours end here, and each reading is a database hit.
WITH e, node, split(toLower(e.name), ' ') AS mine, split(toLower(node.name), ' ') AS theirs
WITH e, node, mine, theirs, toFloat(size([word IN mine WHERE word IN theirs])) AS shared
WITH e, node, shared / (size(mine) + size(theirs) - shared) AS names_alike
WHERE names_alike >= $names
WITH e, node, names_alike,
  vector.similarity.cosine(e.textual, node.textual) AS text_alike,
  vector.similarity.cosine(e.visual, node.visual) AS picture_alike
WHERE node.primary_label = e.primary_label AND coalesce(text_alike, 1.0) >= $least AND coalesce(picture_alike, 1.0) >= $least
WITH e, node, names_alike, text_alike, picture_alike
ORDER BY e.id
LIMIT $limit
RETURN e.id AS entity, e.name AS name, node.id AS other, node.name AS other_name,
  coalesce(e.primary_label, 'Entity') AS label, names_alike, text_alike, picture_alike
