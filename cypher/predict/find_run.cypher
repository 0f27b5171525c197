// One run by its id.
// $run_id (string): the run
// Returns: id, links_digest
MATCH (r:PredictionRun:Vlkge {id: $run_id})
RETURN r.id AS id, r.links_digest AS links_digest
