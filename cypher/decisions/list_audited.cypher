// The links that the random sample has reached, decided or not. It has reached all before the first undecided one, and of a
// relation all up to the last one that somebody decided in the order of the sample.
// A head has a known tail where it had another one when the link was made; what came since is what the sample teaches.
// Returns: head, relation, tail, correct (null where nobody has decided), probability (null where the link's run said no
// probability given an answer), priority, weight (null for links of earlier versions), reach (the draw of the first link
// not in the sample, or infinite), has_known_tail (bool)
CALL () {
  UNWIND ['pending', 'opinion', 'contested'] AS verdict
  CALL (verdict) {
    MATCH ()-[p:PREDICTED {vlkge: true}]->()
    USING INDEX SEEK p:PREDICTED(state, verdict, draw)
    WHERE p.state = 'current' AND p.verdict = verdict AND p.draw IS NOT NULL
    WITH p ORDER BY p.state, p.verdict, p.draw LIMIT 1
    RETURN p.draw AS first
  }
  RETURN coalesce(min(first), Infinity) AS undecided
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
  RETURN collect({relation: relation, last: last, reach: reach}) AS reached
}
CALL () {
  MATCH (r:PredictionRun:Vlkge)
  WHERE 'answer_probability' IN r.columns
  RETURN collect(r.id) AS answering
}
WITH undecided, reached, answering,
  reduce(furthest = undecided, r IN reached | CASE WHEN r.last > furthest THEN r.last ELSE furthest END) AS furthest
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(state, verdict, draw)
WHERE p.state = 'current' AND p.verdict IN ['pending', 'opinion', 'contested', 'accepted', 'rejected']
  AND p.draw <= furthest
WITH h, p, t, answering, p.relation AS relation,
  reduce(reach = undecided, r IN reached | CASE WHEN r.relation = p.relation AND r.reach > reach THEN r.reach ELSE reach END)
    AS reach
WHERE p.draw < reach
OPTIONAL MATCH (run:PredictionRun:Vlkge {id: p.run_id})
WITH h, p, t, answering, relation, reach, coalesce(p.refreshed_at, run.started_at) AS made
RETURN h.id AS head, relation, t.id AS tail,
  CASE p.verdict WHEN 'accepted' THEN true WHEN 'rejected' THEN false END AS correct,
  CASE WHEN p.run_id IN answering THEN p.probability END AS probability,
  p.priority AS priority, p.sampling_weight AS weight, reach,
  EXISTS {
    MATCH (h)-[f:$(relation) {vlkge: true}]->(other:Entity)
    WHERE other <> t AND coalesce(f.asserted_at <= made, true)
  } AS has_known_tail
ORDER BY p.draw
