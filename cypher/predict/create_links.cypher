// Writes links that are not in the graph yet.
// $rows (list): one map per link: key, head, tail, properties (a map: score, rank, priority, draw, evidence)
// $relation (string): their relation
// $run_id (string): this run
// $model_version (string): the model that predicted them
// Returns: written
UNWIND $rows AS row
// Named one by one, for the planner takes `row.properties` for a property that the statement might change.
WITH row.key AS key, row.head AS head, row.tail AS tail, row.properties AS properties
MATCH (h:Entity:Vlkge {id: head})
USING INDEX SEEK h:Entity(id)
MATCH (t:Entity:Vlkge {id: tail})
USING INDEX SEEK t:Entity(id)
CREATE (h)-[p:PREDICTED {vlkge: true, key: key, relation: $relation, state: 'current', verdict: 'pending', run_id: $run_id,
  model_version: $model_version, created_at: datetime()}]->(t)
SET p += properties
RETURN count(*) AS written
