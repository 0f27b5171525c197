// How many facts each relation has; PREDICTED links and relationships of others are no facts.
// Returns: relation, facts
MATCH (:Entity:Vlkge)-[r {vlkge: true}]->(:Entity:Vlkge)
WHERE type(r) <> 'PREDICTED'
RETURN type(r) AS relation, count(*) AS facts
ORDER BY relation
