// Notes about links with the names of their ends, the newest first.
// $key (string): about this link only, or null
// $open (boolean): only those that nobody has closed
// $limit (integer) = 200: maximum number of rows
// Returns: id, kind, key, head, relation, tail, text, by, at, closed_by, closed_at, assigned_to, head_name, tail_name
MATCH (n:CuratorNote:Vlkge)
WHERE ($key IS NULL OR n.key = $key) AND (NOT $open OR n.closed_at IS NULL)
WITH n ORDER BY n.at DESC, n.id LIMIT $limit
OPTIONAL MATCH (h:Entity:Vlkge {id: n.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: n.tail})
RETURN n.id AS id, n.kind AS kind, n.key AS key, n.head AS head, n.relation AS relation, n.tail AS tail, n.text AS text,
  n.by AS by, n.at AS at, n.closed_by AS closed_by, n.closed_at AS closed_at, n.assigned_to AS assigned_to, coalesce(h.name, n.head) AS head_name,
  coalesce(t.name, n.tail) AS tail_name
ORDER BY at DESC, id
