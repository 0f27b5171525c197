// The decisions about one relation; publishing leaves out by it what was decided.
CREATE INDEX decision_relation IF NOT EXISTS FOR (d:Decision) ON (d.relation)
