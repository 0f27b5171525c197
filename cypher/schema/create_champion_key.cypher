// At most one model is the champion.
CREATE CONSTRAINT model_alias IF NOT EXISTS FOR (m:Model) REQUIRE m.alias IS UNIQUE
