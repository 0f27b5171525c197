// The keys of the current predicted links of one entity, in both directions, the likeliest first.
// $id (string): its id
// $limit (integer) = 60: maximum number of rows
// Returns: key
MATCH (:Entity:Vlkge {id: $id})-[p:PREDICTED {vlkge: true, state: 'current'}]-()
WITH DISTINCT p
RETURN p.key AS key
ORDER BY p.verdict = 'pending' DESC, p.priority DESC, key
LIMIT $limit
