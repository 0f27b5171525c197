// All registered models, newest first.
// Returns: version, scorer, config, metrics, data_fingerprint, encoders, created_at, alias
MATCH (m:Model)
RETURN m.version AS version, m.scorer AS scorer, m.config AS config, m.metrics AS metrics,
  m.data_fingerprint AS data_fingerprint, m.encoders AS encoders, m.created_at AS created_at, m.alias AS alias
ORDER BY created_at DESC, version
