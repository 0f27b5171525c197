// One step of a path: from where some walks are, along or against the relationships of a type, to where they come.
// $rows (list): one map per walk: head, at (element ids of its beginning and of where it is)
// $type (string): the type
// $forwards (boolean): along them
// Returns: heads, ends
UNWIND $rows AS row
MATCH (n)
WHERE elementId(n) = row.at
MATCH (n)-[r]-(m)
WHERE type(r) = $type AND (startNode(r) = n) = $forwards
  AND (r.vlkge IS NULL OR 'adopted' IN r.sources)
RETURN collect(row.head) AS heads, collect(elementId(m)) AS ends
