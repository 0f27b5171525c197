// How many relationships of some types join two nodes that are, or are to be, entities, and how many do not.
// $relations (list): types
// $labels (list): labels whose nodes are, or are to be, entities
// Returns: relation, facts, new, left_out
MATCH (h)-[r]->(t)
WHERE type(r) IN $relations
WITH type(r) AS relation, r.split IS NULL AS new,
     any(l IN labels(h) WHERE l IN $labels)
       AND any(l IN labels(t) WHERE l IN $labels) AS joins
RETURN relation, sum(CASE WHEN joins THEN 1 ELSE 0 END) AS facts,
       sum(CASE WHEN joins AND new THEN 1 ELSE 0 END) AS new,
       sum(CASE WHEN joins THEN 0 ELSE 1 END) AS left_out
ORDER BY relation
