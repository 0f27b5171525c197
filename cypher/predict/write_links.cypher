// Writes the links of one relation, new or predicted again; those that are facts already are passed over. A link that
// an earlier run wrote remembers what that run said of it.
// $rows (list): one map per link: key, head, tail, properties (a map: score, rank, probability, evidence)
// $relation (string): their relation
// $blank (map): properties of earlier runs that this run does not have, each null
// $run_id (string): this run
// $model_version (string): the model that predicted them
// Returns: written
UNWIND $rows AS row
MATCH (h:Entity {id: row.head})
MATCH (t:Entity {id: row.tail})
WHERE NOT EXISTS { (h)-[:$($relation)]->(t) }
MERGE (h)-[p:PREDICTED {key: row.key}]->(t)
ON CREATE SET
  p.relation = $relation,
  p.verdict = 'pending',
  p.created_at = datetime()
ON MATCH SET
  p.previous_score = CASE WHEN p.run_id = $run_id THEN p.previous_score ELSE p.score END,
  p.previous_probability = CASE WHEN p.run_id = $run_id THEN p.previous_probability ELSE p.probability END,
  p.previous_run_id = CASE WHEN p.run_id = $run_id THEN p.previous_run_id ELSE p.run_id END,
  p += $blank
SET p += row.properties,
    p.state = 'current',
    p.run_id = $run_id,
    p.model_version = $model_version
RETURN count(*) AS written
