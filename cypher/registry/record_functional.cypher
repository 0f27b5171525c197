// The relations of which a head has one value, as the links of a run were last made anew.
// $run_id (string): the run
// $functional (list): relations
MATCH (r:PredictionRun:Vlkge {id: $run_id})
SET r.functional = $functional
