// Delete predicted links, and facts that only other sources asserted, at adopted entities.
MATCH (n:Entity)
WHERE n.adopted IS NOT NULL
MATCH (n)-[r]-()
WHERE type(r) = 'PREDICTED' OR (r.split IS NOT NULL AND r.sources IS NOT NULL AND NOT 'adopted' IN r.sources)
WITH DISTINCT r
CALL (r) {
  DELETE r
} IN TRANSACTIONS OF 10000 ROWS
