// The runs that are being written, newest first.
// Returns: id, started_at
MATCH (r:PredictionRun:Vlkge {state: 'writing'})
RETURN r.id AS id, r.started_at AS started_at
ORDER BY started_at DESC
