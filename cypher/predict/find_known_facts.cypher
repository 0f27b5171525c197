// Which of the given links are facts already.
// $rows (list): one map per link: key, head, tail
// $relation (string): their relation
// Returns: key
UNWIND $rows AS row
MATCH (h:Entity {id: row.head})
MATCH (t:Entity {id: row.tail})
WHERE EXISTS { (h)-[:$($relation)]->(t) }
RETURN row.key AS key
