// Gives links the verdicts that people reached about them while they were being written.
// $run_id (string): the run
MATCH (r:PredictionRun:Vlkge {id: $run_id})
MATCH (d:Decision:Vlkge)
WHERE d.at >= r.started_at AND NOT EXISTS { MATCH (n:Decision:Vlkge {key: d.key}) WHERE n.number > d.number }
WITH d.key AS key, coalesce(d.waiting, d.verdict) AS verdict
MATCH ()-[p:PREDICTED {vlkge: true, key: key}]->()
USING INDEX SEEK p:PREDICTED(key)
SET p.verdict = CASE verdict WHEN 'undone' THEN 'pending' ELSE verdict END
