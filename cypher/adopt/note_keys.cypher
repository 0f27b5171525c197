// Let decisions remember the keys of their ends, which may outlast the ids.
// $rows (list): one map per entity: id, key
UNWIND $rows AS row
CALL (row) {
  MATCH (d:Decision:Vlkge)
  USING INDEX SEEK d:Decision(head, tail)
  WHERE d.head = row.id AND d.tail IS NOT NULL
  SET d.head_key = row.key
  UNION
  MATCH (d:Decision:Vlkge)
  USING INDEX SEEK d:Decision(tail)
  WHERE d.tail = row.id
  SET d.tail_key = row.key
}
