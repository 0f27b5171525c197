// Links about which a rejection stands, unless they are facts: a rejected fact is a dispute.
// Returns: head, relation, tail
MATCH (d:Decision:Vlkge)
WITH d ORDER BY d.number DESC, d.at DESC
WITH d.head AS head, d.relation AS relation, d.tail AS tail, collect(coalesce(d.waiting, d.verdict))[0] AS verdict
WHERE verdict = 'rejected' AND NOT EXISTS {
  MATCH (:Entity:Vlkge {id: head})-[:$(relation) {vlkge: true}]->(:Entity:Vlkge {id: tail})
}
RETURN head, relation, tail
ORDER BY head, relation, tail
