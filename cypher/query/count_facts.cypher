// How many facts each relation has per split, and how many predicted links per state and verdict. Reads all of
// them.
// $scanned (integer from 1) = null: count those that leave the first entities only, by id; null: all
// Returns: relation, kind, status, count
MATCH (h:Entity:Vlkge)
USING INDEX h:Entity(id)
WHERE h.id IS NOT NULL
WITH h
ORDER BY h.id
LIMIT coalesce($scanned, 9223372036854775807)
MATCH (h)-[r {vlkge: true}]->(:Entity)
WITH r, type(r) = 'PREDICTED' AS predicted
WITH CASE WHEN predicted THEN r.relation ELSE type(r) END AS relation,
  CASE WHEN predicted THEN 'predicted' ELSE 'fact' END AS kind,
  CASE WHEN predicted THEN r.state + ' ' + r.verdict ELSE r.split END AS status
RETURN relation, kind, status, count(*) AS count
ORDER BY relation, kind, status
