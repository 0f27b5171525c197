// The latest prediction runs, and how many links each left current, stale, and out (decided by a curator, known facts).
// $limit (integer from 1) = 10: maximum number of rows
// Returns: id, model_version, state, started_at, finished_at, current, stale, decided, facts
MATCH (r:PredictionRun:Vlkge)
RETURN r.id AS id, r.model_version AS model_version, r.state AS state, r.started_at AS started_at,
  r.finished_at AS finished_at, r.current AS current, r.stale AS stale, r.decided AS decided, r.facts AS facts
ORDER BY started_at DESC
LIMIT $limit
