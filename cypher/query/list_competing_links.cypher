// Pending links that compete: for one question of a relation that should have one value, such as who made a work, two
// values are likely. The likelier one first.
// Reads link after link until it has found $limit pairs.
// $relation (string): the relation
// $least (float) = 0.5: only links of at least this priority, on both sides
// $limit (integer from 1) = 20: maximum number of rows
// $before (float) = 1.0: for the next page: the priority of the last row, which may come again
// $scanned (integer from 1) = null: maximum number of links that are read; null: no maximum
// Returns: head, head_name, tail, tail_name, probability, other, other_name, other_probability, key, priority
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
WHERE p.relation = $relation AND p.state = 'current' AND p.verdict = 'pending'
  AND $least <= p.priority <= $before AND p.key IS NOT NULL
WITH h, p, t
ORDER BY p.relation DESC, p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC
LIMIT coalesce($scanned, 9223372036854775807)
MATCH (h)-[q:PREDICTED {vlkge: true}]->(other)
WHERE q.relation = p.relation AND q.priority >= $least AND q.state = 'current' AND q.verdict = 'pending'
  AND (q.priority < p.priority OR (q.priority = p.priority AND q.key < p.key))
WITH h, p, t, other, q.probability AS other_probability
ORDER BY p.relation DESC, p.state DESC, p.verdict DESC, p.priority DESC, p.key DESC
LIMIT $limit
RETURN h.id AS head, h.name AS head_name, t.id AS tail, t.name AS tail_name, p.probability AS probability,
  other.id AS other, other.name AS other_name, other_probability, p.key AS key, p.priority AS priority
