// Entities with more than one value of a relation that should have one, such as a work with two artists; by id.
// Reads entity after entity until it has found $limit of them.
// $relation (string): the relation
// $limit (integer from 1) = 20: maximum number of rows
// $after (string) = "": for the next page: the entity of the last row
// $scanned (integer from 1) = null: maximum number of entities that are read; null: no maximum
// Returns: entity, name, label, values, value_names, sources
MATCH (h:Entity:Vlkge)
USING INDEX h:Entity(id)
WHERE h.id > $after
WITH h
ORDER BY h.id
LIMIT coalesce($scanned, 9223372036854775807)
CALL (h) {
  MATCH (h)-[r:$($relation) {vlkge: true}]->(t:Entity)
  // An owner may have recorded one value twice, as with two periods.
  WITH t, collect(r.sources) AS sources
  ORDER BY t.id
  RETURN collect(t.id) AS values, collect(t.name) AS value_names,
         reduce(all = [], some IN collect(sources) | all + some) AS asserted
}
WITH h, values, value_names, asserted
WHERE size(values) > 1
WITH h, values, value_names, asserted
ORDER BY h.id
LIMIT $limit
RETURN h.id AS entity, h.name AS name, coalesce(h.primary_label, 'Entity') AS label, values, value_names,
  reduce(all = [], some IN asserted | all + [s IN some WHERE NOT s IN all]) AS sources
