// The saved queues that nobody has closed, by name.
// $limit (integer) = 100: maximum number of rows
// Returns: id, name, filters, goal, assigned_to, by, at
MATCH (q:CuratorQueue:Vlkge)
WHERE q.closed_at IS NULL
RETURN q.id AS id, q.name AS name, q.filters AS filters, q.goal AS goal, q.assigned_to AS assigned_to, q.by AS by, q.at AS at
ORDER BY name, at
LIMIT $limit
