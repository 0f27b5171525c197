// How many facts each relation has per split, and how many predicted links per state and verdict.
// Returns: relation, kind, status, count
MATCH (:Entity:Vlkge)-[r {vlkge: true}]->(:Entity)
WITH r, type(r) = 'PREDICTED' AS predicted
WITH CASE WHEN predicted THEN r.relation ELSE type(r) END AS relation,
  CASE WHEN predicted THEN 'predicted' ELSE 'fact' END AS kind,
  CASE WHEN predicted THEN r.state + ' ' + r.verdict ELSE r.split END AS status
RETURN relation, kind, status, count(*) AS count
ORDER BY relation, kind, status
