// Pairs of entities that may be the same: near in every modality that both have, and in the words of their names; by id.
// $least (float) = 0.95: vectors at least so similar, from 0 to 1
// $names (float) = 0.5: names that share at least such a part of their words
// $limit (integer) = 20: at most so many rows
// $after (string) = "": go on after a page: the entity of its last row
// Returns: entity, name, other, other_name, label, names_alike, text_alike, picture_alike
MATCH (e:Entity)
USING INDEX e:Entity(id)
WHERE e.id > $after AND e.name IS NOT NULL
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
WHERE node.id > e.id AND node.name IS NOT NULL AND labels(node) = labels(e)
WITH e, node, split(toLower(e.name), ' ') AS mine, split(toLower(node.name), ' ') AS theirs,
  vector.similarity.cosine(e.textual, node.textual) AS text_alike,
  vector.similarity.cosine(e.visual, node.visual) AS picture_alike
WITH e, node, text_alike, picture_alike, toFloat(size([word IN mine WHERE word IN theirs])) AS shared, mine, theirs
WITH e, node, text_alike, picture_alike, shared / (size(mine) + size(theirs) - shared) AS names_alike
WHERE coalesce(text_alike, 1.0) >= $least AND coalesce(picture_alike, 1.0) >= $least AND names_alike >= $names
WITH e, node, names_alike, text_alike, picture_alike
ORDER BY e.id
LIMIT $limit
RETURN e.id AS entity, e.name AS name, node.id AS other, node.name AS other_name,
  [l IN labels(e) WHERE l <> 'Entity'][0] AS label, names_alike, text_alike, picture_alike
