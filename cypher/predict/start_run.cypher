// Marks one run as being written. Every other run still in that state was left by a writer that died, for only the
// holder of the lock gets here: those failed.
// $run_id (string): the run, new or taken up again
// $model_version (string): the model that predicted the links
// $links_digest (string): what is published, as a digest
// $columns (list): the link properties that come from the links frame
// $functional (list): the relations of which a head has one value, or null where it is not known
MATCH (m:Model:Vlkge {version: $model_version})
OPTIONAL MATCH (dead:PredictionRun:Vlkge {state: 'writing'})
WHERE dead.id <> $run_id
SET dead.state = 'failed', dead.finished_at = datetime()
WITH DISTINCT m
MERGE (r:PredictionRun:Vlkge {id: $run_id})
SET r.model_version = $model_version,
    r.links_digest = $links_digest,
    r.columns = $columns,
    r.functional = $functional,
    r.state = 'writing',
    r.started_at = datetime(),
    r.finished_at = null
MERGE (r)-[:OF {vlkge: true}]->(m)
