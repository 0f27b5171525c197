// Delete the records of models, runs, decisions, notes, saved queues, doubts, cited rules, encoders and sources. Nodes of
// others under these labels stay, and so does a record that others have linked, but for a champion's rank.
MATCH (n:Model|PredictionRun|Decision|CuratorNote|CuratorQueue|Doubt|LinkRule|Encoder|Schema)
WHERE n:Vlkge AND NOT (n:Schema AND n.of = 'vlkge')
WITH n, EXISTS { (n)-[r]-() WHERE NOT coalesce(r.vlkge = true, false) } AS linked
CALL (n, linked) {
  FOREACH (_ IN CASE WHEN linked THEN [1] ELSE [] END | SET n.alias = null)
  FOREACH (_ IN CASE WHEN linked THEN [] ELSE [1] END | DETACH DELETE n)
} IN TRANSACTIONS OF 10000 ROWS
