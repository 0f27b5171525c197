// What one person decided, the newest first, and whether it still stands.
// $by (string): the person
// $limit (integer from 1) = 20: maximum number of rows
// $before (string) = "9999-12-31T00:00:00Z": for the next page: the time of the last row
// Returns: at, head, head_name, relation, tail, tail_name, verdict, reason, probability, queue, batch, stands
MATCH (d:Decision:Vlkge)
USING INDEX d:Decision(by, at)
WHERE d.by = $by AND d.at < datetime($before)
WITH d
ORDER BY d.by DESC, d.at DESC
LIMIT $limit
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
RETURN d.at AS at, d.head AS head, h.name AS head_name, d.relation AS relation, d.tail AS tail, t.name AS tail_name,
  d.verdict AS verdict, d.reason AS reason, d.probability AS probability, d.queue AS queue, d.batch AS batch,
  d.verdict <> 'undone' AND (NOT EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number
  } OR EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number AND d.id IN n.opinions
  }) AS stands
ORDER BY at DESC
