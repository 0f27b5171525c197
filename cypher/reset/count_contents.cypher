// What this project wrote and a reset would take away; adopted nodes and their facts are only given back.
// Returns: entities, facts, adopted, adopted_facts, predicted, foreign, models, runs, decisions, doubts, rules, encoders
CALL () {
  MATCH (n:Entity)
  RETURN sum(CASE WHEN n.adopted IS NULL AND n.sources IS NOT NULL THEN 1 ELSE 0 END) AS entities,
         sum(CASE WHEN n.adopted IS NOT NULL THEN 1 ELSE 0 END) AS adopted
}
CALL () {
  MATCH (:Entity)-[r]->(:Entity)
  WITH type(r) = 'PREDICTED' AS predicted, 'adopted' IN coalesce(r.sources, []) AS adopted,
       r.split IS NOT NULL AND r.sources IS NOT NULL AS fact
  RETURN sum(CASE WHEN predicted THEN 1 ELSE 0 END) AS predicted,
         sum(CASE WHEN fact AND adopted THEN 1 ELSE 0 END) AS adopted_facts,
         sum(CASE WHEN fact AND NOT adopted AND NOT predicted THEN 1 ELSE 0 END) AS facts
}
CALL () {
  MATCH (n:Entity)
  WHERE n.adopted IS NULL AND n.sources IS NOT NULL
  MATCH (n)-[r]-()
  WHERE type(r) <> 'PREDICTED' AND (r.split IS NULL OR r.sources IS NULL)
  RETURN count(DISTINCT r) AS foreign
}
CALL () {
  MATCH (m:Model)
  WHERE m.version IS NOT NULL AND m.data_fingerprint IS NOT NULL
  RETURN count(m) AS models
}
CALL () {
  MATCH (r:PredictionRun)
  WHERE r.id IS NOT NULL AND r.model_version IS NOT NULL
  RETURN count(r) AS runs
}
CALL () {
  MATCH (d:Decision)
  WHERE d.id IS NOT NULL AND d.verdict IS NOT NULL
  RETURN count(d) AS decisions
}
CALL () {
  MATCH (d:Doubt)
  WHERE d.key IS NOT NULL AND d.model_version IS NOT NULL
  RETURN count(d) AS doubts
}
CALL () {
  MATCH (r:LinkRule)
  WHERE r.key IS NOT NULL AND r.model_version IS NOT NULL
  RETURN count(r) AS rules
}
CALL () {
  MATCH (e:Encoder)
  WHERE e.modality IS NOT NULL AND e.dimension IS NOT NULL
  RETURN count(e) AS encoders
}
RETURN entities, facts, adopted, adopted_facts, predicted, foreign, models, runs, decisions, doubts, rules, encoders
