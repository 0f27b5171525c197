// What two entities share, such as two artists. Facts that both have come with an empty via. Facts of things attached
// to them, such as the styles of their works, come with the relation that attaches them as via, and both counts.
// $first (string): an id
// $second (string): another id
// $limit (integer from 1) = 50: maximum number of rows
// $scanned (integer from 1) = 500: maximum number of attached things of each that are read and counted; null: all
// Returns: via, relation, id, name, label, first_count, second_count
MATCH (e:Entity:Vlkge)
WHERE e.id IN [$first, $second]
CALL (e) {
  MATCH (e)-[f {vlkge: true}]->(x:Entity)
  WHERE type(f) <> 'PREDICTED'
  RETURN DISTINCT null AS via, type(f) AS relation, x, 1 AS things
  UNION ALL
  MATCH (e)<-[v {vlkge: true}]-(w:Entity)
  WHERE type(v) <> 'PREDICTED'
  WITH v, w LIMIT coalesce($scanned, 9223372036854775807)
  MATCH (w)-[f {vlkge: true}]->(x:Entity)
  WHERE type(f) <> 'PREDICTED' AND NOT x.id IN [$first, $second]
  RETURN type(v) AS via, type(f) AS relation, x, count(DISTINCT w) AS things
}
WITH via, relation, x, sum(CASE e.id WHEN $first THEN things ELSE 0 END) AS first_count,
  sum(CASE e.id WHEN $second THEN things ELSE 0 END) AS second_count
WHERE first_count > 0 AND second_count > 0
RETURN via, relation, x.id AS id, x.name AS name, coalesce(x.primary_label, 'Entity') AS label,
  first_count, second_count
ORDER BY via IS NOT NULL, first_count * second_count DESC, relation, id
LIMIT $limit
