// Take a source away from facts that it no longer asserts. A fact that nobody else asserts goes; one at which others keep
// properties stays with these, as a relationship of theirs.
// $rows (list): one map per fact: head, relation, tail
// $source (string): the source's name
// $properties (list): the properties of facts that are ours
// Returns: deleted, left
UNWIND $rows AS row
MATCH (h:Entity:Vlkge {id: row.head})-[r:$(row.relation) {vlkge: true}]->(:Entity:Vlkge {id: row.tail})
USING INDEX SEEK h:Entity(id)
SET r.sources = [source IN r.sources WHERE source <> $source]
WITH r WHERE r.sources = []
WITH r, all(name IN keys(r) WHERE name IN $properties) AS ours
FOREACH (_ IN CASE WHEN ours THEN [1] ELSE [] END | DELETE r)
FOREACH (name IN CASE WHEN ours THEN [] ELSE $properties END | SET r[name] = null)
RETURN count(CASE WHEN ours THEN 1 END) AS deleted, count(CASE WHEN NOT ours THEN 1 END) AS left
