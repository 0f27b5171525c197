// Delete the records of models, runs, decisions, doubts and encoders; nodes of others under these labels stay.
MATCH (n:Model|PredictionRun|Decision|Doubt|Encoder)
WHERE n:Vlkge
CALL (n) {
  DETACH DELETE n
} IN TRANSACTIONS OF 10000 ROWS
