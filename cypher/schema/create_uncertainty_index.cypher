// The undecided links of all relations, the most uncertain first.
CREATE INDEX predicted_uncertainty IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.state, p.verdict, p.uncertainty, p.key)
