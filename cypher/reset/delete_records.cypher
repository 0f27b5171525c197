// Delete the records of models, runs, decisions, notes, saved queues, doubts, cited rules, encoders and sources; nodes of others under
// these labels stay.
MATCH (n:Model|PredictionRun|Decision|CuratorNote|CuratorQueue|Doubt|LinkRule|Encoder|Schema)
WHERE n:Vlkge AND NOT (n:Schema AND n.of = 'vlkge')
CALL (n) {
  DETACH DELETE n
} IN TRANSACTIONS OF 10000 ROWS
