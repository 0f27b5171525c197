// All prediction runs with their models.
// Returns: id, model_version, scorer, started_at, finished_at, test_mrr
MATCH (r:PredictionRun:Vlkge)
OPTIONAL MATCH (m:Model:Vlkge {version: r.model_version})
RETURN r.id AS id, r.model_version AS model_version, m.scorer AS scorer, r.started_at AS started_at,
  r.finished_at AS finished_at, m.test_mrr AS test_mrr
ORDER BY started_at
