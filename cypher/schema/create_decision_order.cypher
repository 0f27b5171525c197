// The decisions about one link are numbered; two cannot be the same one.
CREATE CONSTRAINT decision_number IF NOT EXISTS FOR (d:Decision) REQUIRE (d.key, d.number) IS UNIQUE
