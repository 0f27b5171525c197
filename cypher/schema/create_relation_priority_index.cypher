// The undecided links of one relation, the likeliest first.
CREATE INDEX predicted_relation_priority IF NOT EXISTS FOR ()-[p:PREDICTED]-()
ON (p.relation, p.state, p.verdict, p.priority, p.key)
