// The links whose probability another run changed, the largest change first.
CREATE INDEX predicted_movement IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.state, p.verdict, p.moved, p.key)
