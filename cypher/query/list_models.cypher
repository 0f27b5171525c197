// The registered models with their figures, the newest first.
// $limit (integer from 1) = 10: maximum number of rows
// Returns: version, alias, scorer, val_mrr, test_mrr, test_hits_at_1, test_hits_at_10, created_at
MATCH (m:Model:Vlkge)
RETURN m.version AS version, m.alias AS alias, m.scorer AS scorer, m.val_mrr AS val_mrr, m.test_mrr AS test_mrr,
  m.test_hits_at_1 AS test_hits_at_1, m.test_hits_at_10 AS test_hits_at_10, m.created_at AS created_at
ORDER BY created_at DESC
LIMIT $limit
