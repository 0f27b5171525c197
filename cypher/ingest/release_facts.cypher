// Take a source away from facts that it no longer asserts; a fact that nobody else asserts goes.
// $rows (list): one map per fact: head, relation, tail
// $source (string): the source's name
UNWIND $rows AS row
MATCH (h:Entity:Vlkge {id: row.head})-[r:$(row.relation) {vlkge: true}]->(:Entity:Vlkge {id: row.tail})
USING INDEX SEEK h:Entity(id)
SET r.sources = [source IN r.sources WHERE source <> $source]
WITH r WHERE r.sources = []
DELETE r
