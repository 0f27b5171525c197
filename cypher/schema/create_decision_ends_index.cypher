// The decisions about links that leave an entity.
CREATE INDEX decision_ends IF NOT EXISTS FOR (d:Decision) ON (d.head, d.tail)
