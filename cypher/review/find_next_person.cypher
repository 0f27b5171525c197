// Who comes after a name among those who have decided anything.
// $after (string): the name
// Returns: by
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(by, at)
WHERE d.by > $after AND d.at IS NOT NULL
RETURN d.by AS by
ORDER BY d.by
LIMIT 1
