// Finds links that wait for a second opinion, or for somebody who settles them.
CREATE INDEX decision_waiting IF NOT EXISTS FOR (d:Decision) ON (d.waiting, d.key)
