// A person's newest decisions that stand: nobody has decided their links again, or they are opinions that are open.
// $by (string): the person
// $limit (integer) = 1: maximum number of rows
// Returns: id, key, verdict, at, batch, relation, head_name, tail_name
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(by, at)
WHERE d.by = $by AND d.at IS NOT NULL AND d.verdict <> 'undone'
  AND (NOT EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number
  } OR EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number AND d.id IN n.opinions
  })
WITH d
ORDER BY d.by DESC, d.at DESC
LIMIT $limit
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
RETURN d.id AS id, d.key AS key, d.verdict AS verdict, d.at AS at, d.batch AS batch, d.relation AS relation,
  coalesce(h.name, d.head) AS head_name, coalesce(t.name, d.tail) AS tail_name
ORDER BY at DESC
