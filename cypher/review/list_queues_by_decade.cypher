// The decades that the heads of undecided links are dated to, with how many links wait of how many heads.
// $dated (list): the names of the properties that hold dates
// $limit (integer) = 120: maximum number of rows
// $scanned (integer) = 5000: maximum number of undecided links that are looked at, the likeliest first
// Returns: id, name, links, heads
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
WHERE p.state = 'current' AND p.verdict = 'pending' AND p.priority IS NOT NULL AND p.key IS NOT NULL
WITH h, p, t ORDER BY p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC LIMIT $scanned
WITH h, count(p) AS waiting
WITH waiting, head([name IN $dated WHERE toStringOrNull(h[name]) =~ '[0-9]{4}.*'
  | left(toString(h[name]), 3)]) AS decade
WHERE decade IS NOT NULL
WITH decade, sum(waiting) AS links, count(*) AS heads
RETURN decade AS id, decade + '0s' AS name, links, heads
ORDER BY name
LIMIT $limit
