// The strongest new links of all relations, highest score first: current ones that nobody has decided.
// $limit (integer) = 20: at most so many rows
// $after_score (float) = null: go on after a page: the score of its last row
// $after_key (string) = "": go on after a page: the key of its last row
// Returns: head, head_name, relation, tail, tail_name, score, probability, rank, model_version, key
MATCH (h)-[p:PREDICTED]->(t)
USING INDEX SEEK p:PREDICTED(state, verdict, score)
WHERE p.state = 'current' AND p.verdict = 'pending' AND p.score <= coalesce($after_score, Infinity)
  AND (p.score < coalesce($after_score, Infinity) OR p.key > $after_key)
WITH h, p, t
// The constant columns let the planner take the order from the index.
ORDER BY p.state DESC, p.verdict DESC, p.score DESC, p.key
LIMIT $limit
RETURN h.id AS head, h.name AS head_name, p.relation AS relation, t.id AS tail, t.name AS tail_name, p.score AS score,
  p.probability AS probability, p.rank AS rank, p.model_version AS model_version, p.key AS key
