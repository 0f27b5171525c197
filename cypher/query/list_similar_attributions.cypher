// Pictures that look alike and have different values of a relation, such as two artists; by id.
// Looks for the neighbours of one picture after another until it has found $limit pairs.
// $relation (string): the relation, such as isCreatedByArtist
// $least (float) = 0.9: minimum similarity of pictures, from 0 to 1
// $limit (integer from 1) = 20: maximum number of rows
// $after (string) = "": for the next page: the entity of the last row
// $scanned (integer from 1) = null: maximum number of pictures that are read; null: no maximum
// Returns: entity, name, value, value_name, other, other_name, other_value, other_value_name, similarity
MATCH (e:Entity:Vlkge)
USING INDEX e:Entity(id)
WHERE e.id > $after AND e.visual IS NOT NULL
WITH e
ORDER BY e.id
LIMIT coalesce($scanned, 9223372036854775807)
CALL (e) {
  MATCH (e)-[:$($relation) {vlkge: true}]->(value:Entity)
  WITH value ORDER BY value.id
  RETURN collect(value) AS values
}
WITH e, values
WHERE size(values) > 0
CALL (e) {
  CALL db.index.vector.queryNodes('entity_visual', 6, e.visual) YIELD node, score
  WHERE node.id > e.id AND score >= $least AND node:Vlkge
  RETURN node, score
}
CALL (node) {
  MATCH (node)-[:$($relation) {vlkge: true}]->(value:Entity)
  RETURN value AS other_value ORDER BY value.id LIMIT 1
}
WITH e, values[0] AS value, node, other_value, score
WHERE NOT other_value IN values
WITH e, value, node, other_value, score
ORDER BY e.id
LIMIT $limit
RETURN e.id AS entity, e.name AS name, value.id AS value, value.name AS value_name, node.id AS other,
  node.name AS other_name, other_value.id AS other_value, other_value.name AS other_value_name, score AS similarity
