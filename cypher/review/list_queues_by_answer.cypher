// The answers that undecided links propose, with how many links wait of how many heads, the most first.
// $limit (integer) = 120: maximum number of rows
// $scanned (integer) = 5000: maximum number of undecided links that are looked at, the likeliest first
// Returns: id, name, links, heads, relation
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
WHERE p.state = 'current' AND p.verdict = 'pending' AND p.priority IS NOT NULL AND p.key IS NOT NULL
WITH h, p, t ORDER BY p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC LIMIT $scanned
WITH t, p.relation AS relation, count(p) AS links, count(DISTINCT h) AS heads
RETURN t.id AS id, coalesce(t.name, t.id) AS name, links, heads, relation
ORDER BY links DESC, name
LIMIT $limit
