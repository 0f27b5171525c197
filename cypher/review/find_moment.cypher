// When a decision was made, to the nanosecond.
// $id (string): its id
// Returns: at
MATCH (d:Decision:Vlkge {id: $id})
RETURN toString(d.at) AS at
