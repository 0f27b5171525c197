// The link properties that any run so far took from its links frame.
// Returns: column
MATCH (r:PredictionRun:Vlkge)
UNWIND r.columns AS column
RETURN DISTINCT column
