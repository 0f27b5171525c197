// The decisions of one batch.
CREATE INDEX decision_batch IF NOT EXISTS FOR (d:Decision) ON (d.batch)
