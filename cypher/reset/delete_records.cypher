// Delete the records of models, runs, decisions, doubts, cited rules, encoders, sources and our schema's version; nodes
// of others under these labels stay.
MATCH (n:Model|PredictionRun|Decision|Doubt|LinkRule|Encoder|Schema)
WHERE (n:Model AND n.version IS NOT NULL AND n.data_fingerprint IS NOT NULL)
   OR (n:PredictionRun AND n.id IS NOT NULL AND n.model_version IS NOT NULL)
   OR (n:Decision AND n.id IS NOT NULL AND n.verdict IS NOT NULL)
   OR (n:Doubt AND n.key IS NOT NULL AND n.model_version IS NOT NULL)
   OR (n:LinkRule AND n.key IS NOT NULL AND n.model_version IS NOT NULL)
   OR (n:Encoder AND n.modality IS NOT NULL AND n.dimension IS NOT NULL)
   OR (n:Schema AND (n.of = 'vlkge' OR n.of STARTS WITH 'source '))
CALL (n) {
  DETACH DELETE n
} IN TRANSACTIONS OF 10000 ROWS
