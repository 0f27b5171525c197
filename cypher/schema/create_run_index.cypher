// The links that one run predicted last.
CREATE INDEX predicted_run IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.run_id)
