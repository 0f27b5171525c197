// How many facts each relation has; PREDICTED links and relationships without a split are no facts.
// Returns: relation, facts
MATCH (:Entity)-[r]->(:Entity)
WHERE type(r) <> 'PREDICTED' AND r.split IS NOT NULL
RETURN type(r) AS relation, count(*) AS facts
ORDER BY relation
