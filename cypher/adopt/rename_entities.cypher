// Give adopted nodes another one of our ids.
// $rows (list): one map per node: element, new
UNWIND $rows AS row
MATCH (n:Entity:Vlkge)
WHERE elementId(n) = row.element
SET n.id = row.new, n.adopted_as = row.new
