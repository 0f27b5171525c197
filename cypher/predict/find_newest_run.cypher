// The run that was started last.
// Returns: id, links_digest
MATCH (r:PredictionRun:Vlkge)
RETURN r.id AS id, r.links_digest AS links_digest
ORDER BY r.started_at DESC
LIMIT 1
