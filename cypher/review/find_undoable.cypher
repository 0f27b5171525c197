// A person's newest decision that stands: nobody has decided its link again.
// $by (string): the person
// Returns: id, key, verdict, at, batch, relation, head_name, tail_name
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(by, at)
WHERE d.by = $by AND d.at IS NOT NULL AND d.verdict <> 'undone'
  AND NOT EXISTS { MATCH (n:Decision:Vlkge {key: d.key}) WHERE n.number > d.number }
WITH d
ORDER BY d.by DESC, d.at DESC
LIMIT 1
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
RETURN d.id AS id, d.key AS key, d.verdict AS verdict, d.at AS at, d.batch AS batch, d.relation AS relation,
  coalesce(h.name, d.head) AS head_name, coalesce(t.name, d.tail) AS tail_name
