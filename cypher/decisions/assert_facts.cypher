// Makes accepted links facts: a fact that is there gets the source 'prediction' beside its own, a missing one is made.
// A relationship of others is left alone, and the fact stands beside it, so that undoing leaves it there.
// $rows (list): one map per link: head, relation, tail
UNWIND $rows AS row
MATCH (h:Entity:Vlkge {id: row.head})
USING INDEX SEEK h:Entity(id)
MATCH (t:Entity:Vlkge {id: row.tail})
USING INDEX SEEK t:Entity(id)
CALL (h, t, row) {
  OPTIONAL MATCH (h)-[r:$(row.relation)]->(t)
  WITH [fact IN collect(r) WHERE fact.vlkge = true] AS facts
  RETURN facts, head([fact IN facts | fact.split]) AS split
}
FOREACH (r IN facts |
  SET r.sources = CASE WHEN 'prediction' IN r.sources THEN r.sources ELSE r.sources + 'prediction' END
)
FOREACH (missing IN CASE WHEN facts = [] THEN [row] ELSE [] END |
  CREATE (h)-[:$(row.relation) {vlkge: true, split: coalesce(split, 'train'), sources: ['prediction'],
    asserted_at: datetime()}]->(t)
)
