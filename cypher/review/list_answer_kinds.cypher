// The kinds of what a relation joins heads of one kind to: those of facts of the first such heads, and those of the
// head's own links.
// $head (string): the head's id
// $relation (string): the relation
// $heads (integer) = 3000: maximum number of heads whose facts are looked at
// $facts (integer) = 1000: maximum number of facts of the relation
// Returns: kinds
MATCH (h:Entity:Vlkge {id: $head})
USING INDEX SEEK h:Entity(id)
CALL (h) {
  MATCH (a:Entity:Vlkge)
  USING INDEX SEEK a:Entity(primary_label, id)
  WHERE a.primary_label = h.primary_label AND a.id IS NOT NULL
  WITH a LIMIT $heads
  MATCH (a)-[r:$($relation) {vlkge: true}]->(b:Entity)
  WITH b LIMIT $facts
  RETURN collect(DISTINCT coalesce(b.primary_label, 'Entity')) AS recorded
}
CALL (h) {
  MATCH (h)-[p:PREDICTED {vlkge: true, relation: $relation}]->(b)
  RETURN collect(DISTINCT coalesce(b.primary_label, 'Entity')) AS proposed
}
RETURN recorded + [kind IN proposed WHERE NOT kind IN recorded] AS kinds
