// At most one predicted link per head, relation and tail.
CREATE CONSTRAINT predicted_key IF NOT EXISTS FOR ()-[p:PREDICTED]-() REQUIRE p.key IS UNIQUE
