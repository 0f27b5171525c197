// The graph keeps one version of our schema.
CREATE CONSTRAINT schema_of IF NOT EXISTS FOR (s:Schema) REQUIRE s.of IS UNIQUE
