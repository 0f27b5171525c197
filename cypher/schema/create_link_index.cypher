// A relation's links by state and verdict, the strongest first; publishing finds by it what became stale.
CREATE INDEX predicted_link IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.relation, p.state, p.verdict, p.score)
