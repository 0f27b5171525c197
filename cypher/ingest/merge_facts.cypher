// Write facts of one source, beside what others wrote. A split that is written never changes.
// $rows (list): one map per fact: head, relation, tail, split, and properties where there are any
// $source (string): the source's name
// A plan made while the graph has no relationships scans all of them for each row, so a plan is never reused.
CYPHER replan=force
UNWIND $rows AS row
MATCH (h:Entity:Vlkge {id: row.head})
USING INDEX SEEK h:Entity(id)
MATCH (t:Entity:Vlkge {id: row.tail})
USING INDEX SEEK t:Entity(id)
MERGE (h)-[r:$(row.relation) {vlkge: true}]->(t)
ON CREATE SET r.split = row.split, r.sources = [$source], r.asserted_at = datetime(),
              r += coalesce(row.properties, {})
ON MATCH SET r.split = coalesce(r.split, row.split), r += coalesce(row.properties, {}),
             r.sources = CASE WHEN $source IN r.sources THEN r.sources ELSE coalesce(r.sources, []) + $source END
