// The number of the newest decision about links that renamed decisions are to be about.
// $rows (list): one map per decision: new (the key), element
// Returns: key, number
UNWIND $rows AS row
WITH DISTINCT row.new AS key
MATCH (d:Decision:Vlkge {key: key})
USING INDEX SEEK d:Decision(key, number)
WHERE d.number IS NOT NULL AND NOT elementId(d) IN [row IN $rows | row.element]
RETURN key, max(d.number) AS number
