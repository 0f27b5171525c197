// Coverage: the entities of a kind that lack a relation, by id, and the best link that is proposed for each.
// Reads entity after entity until $limit of them lack it.
// $label (string): the kind, a primary label such as Artwork
// $relation (string): the relation, such as hasStyle
// $limit (integer from 1) = 20: maximum number of rows
// $after (string) = "": for the next page: the entity of the last row
// $scanned (integer from 1) = null: maximum number of entities that are read; null: no maximum
// Returns: entity, name, proposed, proposed_name, probability, verdict
MATCH (h:Entity:Vlkge)
USING INDEX SEEK h:Entity(primary_label, id)
WHERE h.primary_label = $label AND h.id > $after
WITH h
ORDER BY h.primary_label, h.id
LIMIT coalesce($scanned, 9223372036854775807)
WITH h
WHERE NOT EXISTS { (h)-[:$($relation) {vlkge: true}]->() }
WITH h
ORDER BY h.primary_label, h.id
LIMIT $limit
CALL (h) {
  OPTIONAL MATCH (h)-[p:PREDICTED {vlkge: true, relation: $relation, state: 'current'}]->(t)
  WITH p, t ORDER BY p.verdict = 'rejected', p.priority DESC LIMIT 1
  RETURN p, t
}
RETURN h.id AS entity, h.name AS name, t.id AS proposed, t.name AS proposed_name, p.probability AS probability,
  p.verdict AS verdict
