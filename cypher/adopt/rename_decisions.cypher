// Make decisions those of links of other ends.
// $rows (list): one map per decision: element, head, tail, new (the key), number
UNWIND $rows AS row
MATCH (d:Decision:Vlkge)
WHERE elementId(d) = row.element
SET d.head = row.head, d.tail = row.tail, d.key = row.new, d.number = row.number
