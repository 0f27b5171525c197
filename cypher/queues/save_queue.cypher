// Keeps a queue under a name; the same id again changes nothing.
// $id (string): a UUID made by who saves it
// $name (string): what it is called
// $filters (string): what narrows it and its order, as JSON
// $goal (integer): how many of its links are to be decided, or null
// $assigned_to (string): whose work it is, or null
// $by (string): who saves it
// Returns: id
MERGE (q:CuratorQueue:Vlkge {id: $id})
ON CREATE SET q.name = $name, q.filters = $filters, q.goal = $goal, q.assigned_to = $assigned_to, q.by = $by,
  q.at = datetime()
RETURN q.id AS id
