// The decisions of a person's batch that stand: nobody has decided their links again, or they are opinions that are open.
// $batch (string): the batch
// $by (string): whose it is
// Returns: id, head, relation, tail
MATCH (d:Decision:Vlkge {batch: $batch, by: $by})
WHERE d.verdict <> 'undone' AND (NOT EXISTS {
  MATCH (n:Decision:Vlkge {key: d.key})
  USING INDEX SEEK n:Decision(key, number)
  WHERE n.number > d.number
} OR EXISTS {
  MATCH (n:Decision:Vlkge {key: d.key})
  USING INDEX SEEK n:Decision(key, number)
  WHERE n.number > d.number AND d.id IN n.opinions
})
RETURN d.id AS id, d.head AS head, d.relation AS relation, d.tail AS tail
ORDER BY head, relation, tail
