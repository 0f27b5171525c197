// One entity with its facts in both directions, a number of each relation, and how many there are.
// $id (string): its id
// $most (integer) = 24: maximum number of facts of a relation and direction
// Returns: entity, facts
MATCH (e:Entity:Vlkge {id: $id})
CALL (e) {
  MATCH (e)-[f {vlkge: true}]-(x:Entity)
  WHERE type(f) <> 'PREDICTED'
  WITH type(f) AS relation, startNode(f) <> e AS incoming, x, f
  ORDER BY relation, incoming, x.name, x.id
  WITH relation, incoming, count(*) AS count, collect({
    id: x.id, name: coalesce(x.name, x.id), picture: x.image_sha256, label: coalesce(x.primary_label, 'Entity'),
    accepted: 'prediction' IN coalesce(f.sources, [])
  })[..$most] AS others
  ORDER BY incoming, relation
  RETURN collect({relation: relation, incoming: incoming, count: count, others: others}) AS facts
}
RETURN e {.*, label: coalesce(e.primary_label, 'Entity'), visual: e.visual IS NOT NULL,
  textual: e.textual IS NOT NULL} AS entity, facts
