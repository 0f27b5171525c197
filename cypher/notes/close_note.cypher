// Closes a note that is open; it stays in the graph.
// $id (string): its id
// $by (string): who closes it
// $of (string): only where this person wrote it, or null
// Returns: id
MATCH (n:CuratorNote:Vlkge {id: $id})
WHERE n.closed_at IS NULL AND ($of IS NULL OR n.by = $of)
SET n.closed_at = datetime(), n.closed_by = $by
RETURN n.id AS id
