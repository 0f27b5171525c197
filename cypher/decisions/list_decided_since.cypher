// The decisions after a moment, the newest first, and the entities that their links leave.
// $after (string): ISO 8601; decisions of that moment too
// $limit (integer): maximum number of rows
// Returns: id, head, at
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(at)
WHERE d.at >= datetime($after)
RETURN d.id AS id, d.head AS head, d.at AS at
ORDER BY d.at DESC, id
LIMIT $limit
