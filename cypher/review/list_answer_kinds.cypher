// The kinds of what a relation joins heads of one kind to: those of the first facts, and those of the head's own links.
// $head (string): the head's id
// $relation (string): the relation
// $facts (integer) = 20000: maximum number of facts that are looked at
// Returns: kinds
MATCH (h:Entity:Vlkge {id: $head})
USING INDEX SEEK h:Entity(id)
WITH h, coalesce(h.primary_label, 'Entity') AS kind
CALL (kind) {
  MATCH (a:Entity)-[r:$($relation) {vlkge: true}]->(b:Entity)
  WHERE coalesce(a.primary_label, 'Entity') = kind
  WITH b LIMIT $facts
  RETURN collect(DISTINCT coalesce(b.primary_label, 'Entity')) AS recorded
}
CALL (h) {
  MATCH (h)-[p:PREDICTED {vlkge: true, relation: $relation}]->(b)
  RETURN collect(DISTINCT coalesce(b.primary_label, 'Entity')) AS proposed
}
RETURN recorded + [kind IN proposed WHERE NOT kind IN recorded] AS kinds
