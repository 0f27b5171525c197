// A recorded fact is doubted once.
CREATE CONSTRAINT doubt_key IF NOT EXISTS FOR (d:Doubt) REQUIRE d.key IS UNIQUE
