// The decisions about links that lead to an entity.
CREATE INDEX decision_tail IF NOT EXISTS FOR (d:Decision) ON (d.tail)
