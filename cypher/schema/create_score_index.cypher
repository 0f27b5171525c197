// The strongest links of all relations, also of models that give no probability.
CREATE INDEX predicted_score IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.state, p.verdict, p.score)
