// The links that the random sample has reached, decided or not. It has reached all before the first undecided one, and of a
// relation all up to the last one that somebody decided in the order of the sample.
// Returns: head, relation, tail, correct (null where nobody has decided), probability (null where the link's run said no
// probability given an answer), priority, weight (null for links of earlier versions), reach (the draw of the first link
// that is not in the sample; infinite where all are)
CALL () {
  OPTIONAL MATCH ()-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(state, verdict, draw)
  WHERE p.state = 'current' AND p.verdict IN ['pending', 'opinion', 'contested'] AND p.draw IS NOT NULL
  RETURN coalesce(min(p.draw), Infinity) AS undecided
}
CALL () {
  MATCH (d:Decision:Vlkge)
  WHERE d.queue = 'audit'
  WITH DISTINCT d.key AS key
  MATCH ()-[p:PREDICTED {vlkge: true, key: key}]->()
  USING INDEX SEEK p:PREDICTED(key)
  WHERE p.state = 'current' AND p.verdict IN ['accepted', 'rejected']
  WITH p.relation AS relation, max(p.draw) AS last
  CALL (relation, last) {
    UNWIND ['pending', 'opinion', 'contested', 'accepted', 'rejected'] AS verdict
    CALL (relation, last, verdict) {
      MATCH ()-[n:PREDICTED {vlkge: true}]->()
      USING INDEX SEEK n:PREDICTED(state, verdict, draw)
      WHERE n.state = 'current' AND n.verdict = verdict AND n.draw > last AND n.relation = relation
      WITH n ORDER BY n.state, n.verdict, n.draw LIMIT 1
      RETURN n.draw AS next
    }
    RETURN coalesce(min(next), Infinity) AS reach
  }
  RETURN collect({relation: relation, reach: reach}) AS reached
}
CALL (undecided, reached) {
  MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
  USING INDEX SEEK p:PREDICTED(state, verdict, draw)
  WHERE p.state = 'current' AND p.verdict IN ['accepted', 'rejected'] AND p.draw < undecided
    AND NOT p.relation IN [r IN reached | r.relation]
  RETURN h, p, t, undecided AS reach
  UNION ALL
  UNWIND reached AS r
  WITH r, CASE WHEN r.reach > undecided THEN r.reach ELSE undecided END AS reach
  MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
  USING INDEX SEEK p:PREDICTED(state, verdict, draw)
  WHERE p.state = 'current' AND p.verdict IN ['pending', 'opinion', 'contested', 'accepted', 'rejected']
    AND p.draw < reach
    AND p.relation = r.relation
  RETURN h, p, t, reach
}
RETURN h.id AS head, p.relation AS relation, t.id AS tail,
  CASE p.verdict WHEN 'accepted' THEN true WHEN 'rejected' THEN false END AS correct,
  CASE WHEN EXISTS { MATCH (r:PredictionRun:Vlkge {id: p.run_id}) WHERE 'answer_probability' IN r.columns }
    THEN p.probability END AS probability, p.priority AS priority, p.sampling_weight AS weight, reach
ORDER BY p.draw
