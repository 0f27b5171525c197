// To version 4: give predicted links our mark. Those are ours between entities that have all that every link has.
MATCH (:Entity:Vlkge)-[p:PREDICTED]->(:Entity:Vlkge)
WHERE p.vlkge IS NULL AND p.key STARTS WITH '["' AND p.relation IS NOT NULL AND p.state IN ['current', 'stale']
  AND p.verdict IN ['pending', 'accepted', 'rejected'] AND p.run_id IS NOT NULL AND p.model_version IS NOT NULL
CALL (p) {
  SET p.vlkge = true
} IN TRANSACTIONS OF 10000 ROWS
