// The undecided links of one relation, the most probable first.
CREATE INDEX predicted_relation_probability IF NOT EXISTS FOR ()-[p:PREDICTED]-()
ON (p.relation, p.state, p.verdict, p.probability, p.key)
