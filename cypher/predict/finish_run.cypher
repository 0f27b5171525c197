// Marks one run as complete or failed and records what came of it.
// $run_id (string): the run
// $state (string): complete or failed
// $totals (map): integers, the counts over all relations
// $counts (string): the counts of each relation, as JSON
MATCH (r:PredictionRun:Vlkge {id: $run_id})
SET r += $totals, r.counts = $counts, r.state = $state, r.finished_at = datetime()
