// Makes stale what a run no longer predicts of one relation; decided links are left as they are.
// $relation (string): the relation
// $run_id (string): the run that has just been written
// $facts (list): keys of links that the run predicts though they are facts by now
MATCH ()-[p:PREDICTED]->()
WHERE p.relation = $relation AND p.state = 'current' AND p.verdict = 'pending' AND p.score IS NOT NULL
  AND (p.run_id <> $run_id OR p.key IN $facts)
SET p.state = 'stale'
