// The undecided links of all relations, the most probable first; the key makes the order of equal ones that of the index.
CREATE INDEX predicted_probability IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.state, p.verdict, p.probability, p.key)
