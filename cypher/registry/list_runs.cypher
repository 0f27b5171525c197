// The publications of one model, newest first.
// $version (string): the model
// Returns: id, state, started_at, finished_at, functional (null where it did not say), refreshed_at, counts (of each
// relation, as JSON; null until it has ended)
MATCH (r:PredictionRun:Vlkge {model_version: $version})
RETURN r.id AS id, r.state AS state, r.started_at AS started_at, r.finished_at AS finished_at,
       r.functional AS functional, r.refreshed_at AS refreshed_at,
       r.counts AS counts
ORDER BY started_at DESC
