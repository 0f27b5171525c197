// The ends of decisions with the keys that they had when they were adopted.
// Returns: id, key
MATCH (d:Decision:Vlkge)
WHERE d.head_key IS NOT NULL OR d.tail_key IS NOT NULL
UNWIND [[d.head, d.head_key], [d.tail, d.tail_key]] AS end
WITH DISTINCT end[0] AS id, end[1] AS key
WHERE key IS NOT NULL
RETURN id, key
ORDER BY id
