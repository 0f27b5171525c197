// The next decisions, in the order of their links and numbers.
// $after (string) = "": the link's key of the last row of the page before
// $number (integer) = 0: and its number
// $limit (integer) = 5000: maximum number of rows
// Returns: key, number, properties, head_name, head_rights, tail_name, tail_rights, stands
MATCH (d:Decision:Vlkge)
USING INDEX d:Decision(key, number)
WHERE d.key >= $after AND d.number IS NOT NULL AND (d.key > $after OR d.number > $number)
WITH d
ORDER BY d.key, d.number
LIMIT $limit
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
RETURN d.key AS key, d.number AS number, properties(d) AS properties, h.name AS head_name,
  toStringOrNull(h.rights) AS head_rights, t.name AS tail_name, toStringOrNull(t.rights) AS tail_rights,
  (NOT EXISTS { MATCH (n:Decision:Vlkge {key: d.key}) WHERE n.number > d.number }
    OR EXISTS { MATCH (n:Decision:Vlkge {key: d.key}) WHERE n.number > d.number AND d.id IN n.opinions }) AS stands
