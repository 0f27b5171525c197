// The decisions in the order of their time.
CREATE INDEX decision_time IF NOT EXISTS FOR (d:Decision) ON (d.at)
