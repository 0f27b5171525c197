// The review queue of one relation, the likeliest first; other states and verdicts can be asked for.
// $relation (string): the relation
// $least (float) = 0.0: only links of at least this priority; 0: all, also those without a probability
// $state (string: current, stale) = "current": stale is what the last run no longer predicts
// $verdict (string: pending, opinion, contested, accepted, rejected) = "pending": what people decided, or pending
// $limit (integer from 1) = 20: maximum number of rows
// $after_priority (float) = null: for the next page: the priority of the last row
// $after_probability (float) = null: an older name of after_priority
// $after_key (string) = "": for the next page: the key of the last row
// Returns: head, head_name, relation, tail, tail_name, probability, score, rank, model_version, key, answer_probability, priority
CALL () {
  // Those with exactly the priority of the page's start come first, each part in the order of the index: a page then
  // reads little more than it shows, also where thousands of links are equally likely.
  MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
  USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
  WHERE p.relation = $relation AND p.state = $state AND p.verdict = $verdict
    AND p.priority = coalesce($after_priority, $after_probability) AND p.key < $after_key
  WITH h, p, t
  ORDER BY p.relation DESC, p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC
  LIMIT $limit
  RETURN h, p, t
  UNION ALL
  MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
  USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
  WHERE p.relation = $relation AND p.state = $state AND p.verdict = $verdict
    AND p.priority >= CASE WHEN $least <= 0.0 THEN -1.0 ELSE $least END
    AND p.priority < coalesce($after_priority, $after_probability, Infinity) AND p.key IS NOT NULL
  WITH h, p, t
  ORDER BY p.relation DESC, p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC
  LIMIT $limit
  RETURN h, p, t
}
RETURN h.id AS head, h.name AS head_name, p.relation AS relation, t.id AS tail, t.name AS tail_name,
  p.probability AS probability, p.score AS score, p.rank AS rank,
  p.model_version AS model_version, p.key AS key, p.answer_probability AS answer_probability, p.priority AS priority
LIMIT $limit
