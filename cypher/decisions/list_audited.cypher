// The decisions that make an unbiased sample: current links in the order of their draw, up to the first that nobody
// has decided.
// Returns: head, relation, tail, correct, probability (null where the link's run said no probability given an answer)
CALL () {
  OPTIONAL MATCH ()-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, draw)
  WHERE p.state = 'current' AND p.verdict = 'pending' AND p.draw IS NOT NULL
  RETURN min(p.draw) AS undecided
}
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(state, verdict, draw)
WHERE p.state = 'current' AND p.verdict IN ['accepted', 'rejected'] AND p.draw < coalesce(undecided, 1.0)
RETURN h.id AS head, p.relation AS relation, t.id AS tail, p.verdict = 'accepted' AS correct,
  CASE WHEN EXISTS { MATCH (r:PredictionRun:Vlkge {id: p.run_id}) WHERE 'answer_probability' IN r.columns }
    THEN p.probability END AS probability
ORDER BY p.draw
