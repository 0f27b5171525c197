// Pending links whose probability the newest run of their relation changed, the largest change first.
// $least (float) = 0.1: only changes of at least this size
// $limit (integer from 1) = 20: maximum number of rows
// $before (float) = 1.0: for the next page: the change of the last row, which may come again
// Returns: head, head_name, relation, tail, tail_name, probability, previous_probability, moved, model_version, previous_run_id, key
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(state, verdict, moved, key)
WHERE p.state = 'current' AND p.verdict = 'pending' AND $least <= p.moved <= $before AND p.key IS NOT NULL
WITH h, p, t
ORDER BY p.state DESC, p.verdict DESC, p.moved DESC, p.key DESC
LIMIT $limit
RETURN h.id AS head, h.name AS head_name, p.relation AS relation, t.id AS tail, t.name AS tail_name,
  p.probability AS probability, p.previous_probability AS previous_probability, p.moved AS moved,
  p.model_version AS model_version, p.previous_run_id AS previous_run_id, p.key AS key
