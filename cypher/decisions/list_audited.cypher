// The decisions that make an unbiased sample: current links in the order of their draw, up to the first that nobody
// has decided.
// Returns: head, relation, tail, correct
CALL () {
  OPTIONAL MATCH ()-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, draw)
  WHERE p.state = 'current' AND p.verdict = 'pending' AND p.draw IS NOT NULL
  RETURN min(p.draw) AS undecided
}
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(state, verdict, draw)
WHERE p.state = 'current' AND p.verdict IN ['accepted', 'rejected'] AND p.draw < coalesce(undecided, 1.0)
RETURN h.id AS head, p.relation AS relation, t.id AS tail, p.verdict = 'accepted' AS correct
ORDER BY p.draw
