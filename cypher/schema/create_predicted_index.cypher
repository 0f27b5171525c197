// The review queue: a relation's links by state and verdict, the most probable ones first.
CREATE INDEX predicted_queue IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.relation, p.state, p.verdict, p.probability)
