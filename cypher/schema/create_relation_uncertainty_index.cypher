// The undecided links of one relation, the most uncertain first.
CREATE INDEX predicted_relation_uncertainty IF NOT EXISTS FOR ()-[p:PREDICTED]-()
ON (p.relation, p.state, p.verdict, p.uncertainty, p.key)
