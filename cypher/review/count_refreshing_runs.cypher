// How many runs had links made anew a short while ago.
// $seconds (integer): no longer ago than this
// Returns: runs
MATCH (r:PredictionRun:Vlkge)
WHERE r.refreshed_at >= datetime() - duration({seconds: $seconds})
RETURN count(r) AS runs
