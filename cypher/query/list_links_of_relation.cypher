// The predicted links of one relation, highest score first; by default those that wait for a decision.
// $relation (string): the relation
// $state (string) = "current": current, or stale for what the last run no longer predicts
// $verdict (string) = "pending": pending, accepted or rejected
// $limit (integer) = 20: at most so many rows
// $after_score (float) = null: go on after a page: the score of its last row
// $after_key (string) = "": go on after a page: the key of its last row
// Returns: head, head_name, relation, tail, tail_name, score, probability, rank, model_version, key
MATCH (h)-[p:PREDICTED]->(t)
USING INDEX SEEK p:PREDICTED(relation, state, verdict, score)
WHERE p.relation = $relation AND p.state = $state AND p.verdict = $verdict
  AND p.score <= coalesce($after_score, Infinity)
  AND (p.score < coalesce($after_score, Infinity) OR p.key > $after_key)
WITH h, p, t
// The constant columns let the planner take the order from the index.
ORDER BY p.relation DESC, p.state DESC, p.verdict DESC, p.score DESC, p.key
LIMIT $limit
RETURN h.id AS head, h.name AS head_name, p.relation AS relation, t.id AS tail, t.name AS tail_name, p.score AS score,
  p.probability AS probability, p.rank AS rank, p.model_version AS model_version, p.key AS key
