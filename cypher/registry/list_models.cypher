// All registered models, newest first.
// Returns: version, scorer, config, metrics, data_fingerprint, encoders, created_at, alias, git_commit, warm_start, promoted_at, predecessor, verdict
MATCH (m:Model:Vlkge)
RETURN m.version AS version, m.scorer AS scorer, m.config AS config, m.metrics AS metrics,
  m.data_fingerprint AS data_fingerprint, m.encoders AS encoders, m.created_at AS created_at, m.alias AS alias,
  m.git_commit AS git_commit, m.warm_start AS warm_start, m.promoted_at AS promoted_at,
  m.predecessor AS predecessor, m.verdict AS verdict
ORDER BY created_at DESC, version
