// The undecided links of all relations, the likeliest first;
// the key makes the order of equal ones that of the index.
CREATE INDEX predicted_priority IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.state, p.verdict, p.priority, p.key)
