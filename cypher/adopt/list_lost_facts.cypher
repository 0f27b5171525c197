// Links that stand accepted and whose fact, or one of whose ends, is not in the graph any more.
// Returns: head, relation, tail, by, at, gone (fact or entity)
MATCH (d:Decision:Vlkge {verdict: 'accepted'})
WHERE NOT EXISTS { MATCH (n:Decision:Vlkge {key: d.key}) WHERE n.number > d.number }
  OR EXISTS { MATCH (n:Decision:Vlkge {key: d.key}) WHERE n.number > d.number AND d.id IN n.opinions }
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
WITH d, h, t
WHERE h IS NULL OR t IS NULL OR NOT EXISTS { MATCH (h)-[:$(d.relation) {vlkge: true}]->(t) }
RETURN d.head AS head, d.relation AS relation, d.tail AS tail, d.by AS by, d.at AS at,
  CASE WHEN h IS NULL OR t IS NULL THEN 'entity' ELSE 'fact' END AS gone
ORDER BY at DESC, head, relation, tail
