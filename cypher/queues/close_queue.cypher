// Takes a saved queue from the list; it stays in the graph.
// $id (string): its id
// $by (string): who closes it
// $of (string): only where this person saved it, or null
// Returns: id
MATCH (q:CuratorQueue:Vlkge {id: $id})
WHERE q.closed_at IS NULL AND ($of IS NULL OR q.by = $of)
SET q.closed_at = datetime(), q.closed_by = $by
RETURN q.id AS id
