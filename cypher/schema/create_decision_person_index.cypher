// What one person decided, in the order of time.
CREATE INDEX decision_person IF NOT EXISTS FOR (d:Decision) ON (d.by, d.at)
