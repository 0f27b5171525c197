// Gives links the verdicts that people reached about them while they were being written.
// $run_id (string): the run
MATCH (r:PredictionRun {id: $run_id})
MATCH (d:Decision)
WHERE d.at >= r.started_at AND NOT EXISTS { MATCH (n:Decision {key: d.key}) WHERE n.number > d.number }
WITH d.key AS key, d.verdict AS verdict
MATCH ()-[p:PREDICTED {key: key}]->()
USING INDEX SEEK p:PREDICTED(key)
SET p.verdict = CASE verdict WHEN 'undone' THEN 'pending' ELSE verdict END
