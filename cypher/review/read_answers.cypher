// What stands of some possible answers to one question, in the order given: whether it is recorded, the verdict, and the
// newest decision.
// $head (string): the head's id
// $relation (string): the relation
// $rows (list): one map per answer: id, key
// Returns: id, name, label, picture, key, recorded, verdict, seen
MATCH (h:Entity:Vlkge {id: $head})
USING INDEX SEEK h:Entity(id)
UNWIND range(0, size($rows) - 1) AS place
WITH h, place, $rows[place] AS row
MATCH (t:Entity:Vlkge {id: row.id})
USING INDEX SEEK t:Entity(id)
WITH h, t, place, row.key AS key, COLLECT {
  MATCH (d:Decision:Vlkge {key: row.key})
  USING INDEX SEEK d:Decision(key, number)
  WHERE d.number IS NOT NULL
  RETURN [d.id, coalesce(d.waiting, d.verdict)] ORDER BY d.number DESC LIMIT 1
}[0] AS newest
RETURN t.id AS id, coalesce(t.name, t.id) AS name, coalesce(t.primary_label, 'Entity') AS label, t.image_sha256 AS picture,
  key, EXISTS { MATCH (h)-[r:$($relation) {vlkge: true}]->(t) } AS recorded,
  CASE WHEN newest IS NULL OR newest[1] = 'undone' THEN 'pending' ELSE newest[1] END AS verdict, newest[0] AS seen
ORDER BY place
