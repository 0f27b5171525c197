// What this project wrote and a reset would take away; adopted nodes and their facts are only given back.
// Returns: entities, facts, adopted, adopted_facts, predicted, foreign, models, runs, decisions, notes, doubts, rules, encoders
CALL () {
  MATCH (n:Entity:Vlkge)
  RETURN sum(CASE WHEN n.adopted IS NULL AND n.sources IS NOT NULL THEN 1 ELSE 0 END) AS entities,
         sum(CASE WHEN n.adopted IS NULL AND n.sources IS NOT NULL THEN 0 ELSE 1 END) AS adopted
}
CALL () {
  MATCH (:Entity:Vlkge)-[r {vlkge: true}]->(:Entity)
  WITH type(r) = 'PREDICTED' AS predicted, 'adopted' IN coalesce(r.sources, []) AS adopted
  RETURN sum(CASE WHEN predicted THEN 1 ELSE 0 END) AS predicted,
         sum(CASE WHEN adopted AND NOT predicted THEN 1 ELSE 0 END) AS adopted_facts,
         sum(CASE WHEN adopted OR predicted THEN 0 ELSE 1 END) AS facts
}
CALL () {
  MATCH (n:Entity:Vlkge)-[r]-()
  WHERE n.adopted IS NULL AND NOT coalesce(r.vlkge = true, false)
  RETURN count(DISTINCT r) AS foreign
}
CALL () {
  MATCH (m:Model:Vlkge)
  RETURN count(m) AS models
}
CALL () {
  MATCH (r:PredictionRun:Vlkge)
  RETURN count(r) AS runs
}
CALL () {
  MATCH (d:Decision:Vlkge)
  RETURN count(d) AS decisions
}
CALL () {
  MATCH (n:CuratorNote:Vlkge)
  RETURN count(n) AS notes
}
CALL () {
  MATCH (d:Doubt:Vlkge)
  RETURN count(d) AS doubts
}
CALL () {
  MATCH (r:LinkRule:Vlkge)
  RETURN count(r) AS rules
}
CALL () {
  MATCH (e:Encoder:Vlkge)
  RETURN count(e) AS encoders
}
RETURN entities, facts, adopted, adopted_facts, predicted, foreign, models, runs, decisions, notes, doubts, rules, encoders
