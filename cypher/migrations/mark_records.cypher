// To version 4: give models, runs, decisions, doubts, encoders and sources our mark: those that have all that ours have.
MATCH (n:Model|PredictionRun|Decision|Doubt|Encoder|Schema)
WHERE NOT n:Vlkge AND (
     (n:Model AND n.version IS NOT NULL AND n.data_fingerprint IS NOT NULL AND n.config IS NOT NULL
       AND n.created_at IS :: ZONED DATETIME NOT NULL)
  OR (n:PredictionRun AND n.id IS NOT NULL AND n.model_version IS NOT NULL AND n.state IN ['writing', 'complete', 'failed'])
  OR (n:Decision AND n.id IS NOT NULL AND n.key STARTS WITH '["' AND n.number IS NOT NULL
       AND n.verdict IN ['accepted', 'rejected', 'undone'])
  OR (n:Doubt AND n.key STARTS WITH '["' AND n.model_version IS NOT NULL AND n.likelier IS NOT NULL)
  OR (n:Encoder AND n.modality IN ['visual', 'textual'] AND n.digest IS NOT NULL AND n.dimension IS NOT NULL)
  OR (n:Schema AND n.of STARTS WITH 'source ' AND n.name IS NOT NULL AND n.place IS NOT NULL))
CALL (n) {
  SET n:Vlkge
} IN TRANSACTIONS OF 10000 ROWS
