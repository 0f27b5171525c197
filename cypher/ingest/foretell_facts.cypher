// What release_facts would do to these facts: how many would go, and how many stay as relationships of others.
// $rows (list): one map per fact: head, relation, tail
// $source (string): the source's name
// $properties (list): the properties of facts that are ours
// Returns: deleted, left
UNWIND $rows AS row
MATCH (h:Entity:Vlkge {id: row.head})-[r:$(row.relation) {vlkge: true}]->(:Entity:Vlkge {id: row.tail})
USING INDEX SEEK h:Entity(id)
WHERE all(source IN r.sources WHERE source = $source)
WITH all(name IN keys(r) WHERE name IN $properties) AS ours
RETURN count(CASE WHEN ours THEN 1 END) AS deleted, count(CASE WHEN NOT ours THEN 1 END) AS left
