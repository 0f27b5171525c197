// What the heads of undecided links have one relation to, with how many links wait of how many heads, the most first.
// $via (string): the relation
// $limit (integer) = 120: maximum number of rows
// $scanned (integer) = 5000: maximum number of undecided links that are looked at, the likeliest first
// Returns: id, name, links, heads
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
WHERE p.state = 'current' AND p.verdict = 'pending' AND p.priority IS NOT NULL AND p.key IS NOT NULL
WITH h, p, t ORDER BY p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC LIMIT $scanned
WITH h, count(p) AS waiting
MATCH (h)-[f:$($via) {vlkge: true}]->(x:Entity:Vlkge)
WITH x, sum(waiting) AS links, count(h) AS heads
RETURN x.id AS id, coalesce(x.name, x.id) AS name, links, heads
ORDER BY links DESC, name
LIMIT $limit
