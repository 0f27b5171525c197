// The best undecided link of each relation of one entity, where it was made anew since the newest decision about it.
// $id (string): the entity
// $seconds (integer): only where that decision is no older
// $limit (integer): maximum number of rows
// Returns: key, relation, tail_name, probability
MATCH (d:Decision:Vlkge {head: $id})
USING INDEX SEEK d:Decision(head, tail)
WHERE d.tail IS NOT NULL
WITH max(d.at) AS decided
WHERE decided > datetime() - duration({seconds: $seconds})
MATCH (h:Entity:Vlkge {id: $id})-[p:PREDICTED {vlkge: true, state: 'current', verdict: 'pending'}]->(t)
USING INDEX SEEK h:Entity(id)
WHERE p.refreshed_at >= decided
WITH p, t
ORDER BY p.rank, p.key
WITH p.relation AS relation, collect({key: p.key, tail_name: coalesce(t.name, t.id), probability: p.probability})[0] AS best
RETURN best.key AS key, relation, best.tail_name AS tail_name, best.probability AS probability
ORDER BY probability DESC, relation
LIMIT $limit
