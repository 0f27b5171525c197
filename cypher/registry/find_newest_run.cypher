// The publication that was started last: what the links in the graph come from, where it is complete.
// Returns: id, model_version, state, functional (null where it did not say), refreshed_at,
// counts (of each relation, as JSON; null until it has ended)
MATCH (r:PredictionRun:Vlkge)
RETURN r.id AS id, r.model_version AS model_version, r.state AS state, r.functional AS functional, r.refreshed_at AS refreshed_at,
       r.counts AS counts
ORDER BY r.started_at DESC
LIMIT 1
