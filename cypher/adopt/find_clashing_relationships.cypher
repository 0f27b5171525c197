// Relationships that have properties of their own under the names that only this project may write.
// $relations (list): types
// Returns: relation, head, tail, properties
MATCH (h)-[r]->(t)
WHERE type(r) IN $relations
WITH h, r, t, [key IN ['split', 'sources', 'asserted_at'] WHERE r[key] IS NOT NULL] AS properties
WHERE size(properties) > 0 AND NOT (h:Entity AND t:Entity AND size(properties) = 3)
RETURN type(r) AS relation, elementId(h) AS head, elementId(t) AS tail, properties
ORDER BY relation, head, tail
