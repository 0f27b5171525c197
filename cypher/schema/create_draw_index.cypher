// The links in the random order of the audit.
CREATE INDEX predicted_draw IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.state, p.verdict, p.draw)
