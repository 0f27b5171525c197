// Relationships that have properties of their own under the names that only this project may write.
// $relations (list): types
// $reserved (list): those names
// Returns: relation, head, tail, properties
MATCH (h)-[r]->(t)
WHERE type(r) IN $relations
WITH h, r, t, [key IN $reserved WHERE r[key] IS NOT NULL] AS properties
WHERE size(properties) > 0 AND NOT (h:Vlkge AND t:Vlkge AND coalesce(r.vlkge = true, false))
RETURN type(r) AS relation, elementId(h) AS head, elementId(t) AS tail, properties
ORDER BY relation, head, tail
