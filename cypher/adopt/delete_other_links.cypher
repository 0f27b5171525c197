// Delete predicted links, and facts that only other sources asserted, at adopted entities.
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NOT NULL
MATCH (n)-[r {vlkge: true}]-()
WHERE type(r) = 'PREDICTED' OR NOT 'adopted' IN coalesce(r.sources, [])
WITH DISTINCT r
CALL (r) {
  DELETE r
} IN TRANSACTIONS OF 10000 ROWS
