// Notes on a run that some of its links were made anew from later facts.
// $run_id (string): the run
// $columns (list): the link properties that come from the links frame
// $at (string): when the facts were read, ISO 8601
MATCH (r:PredictionRun:Vlkge {id: $run_id})
SET r.refreshed_at = datetime($at), r.columns = r.columns + [name IN $columns WHERE NOT name IN r.columns]
