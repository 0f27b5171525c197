// A cited rule is there once.
CREATE CONSTRAINT link_rule_key IF NOT EXISTS FOR (r:LinkRule) REQUIRE r.key IS UNIQUE
