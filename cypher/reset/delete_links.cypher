// Delete predicted links and the relationships at entities that an ingest brought, before the entities themselves:
// one entity may have more of them than fit a transaction.
MATCH (n:Entity:Vlkge)-[r]-()
WHERE (type(r) = 'PREDICTED' AND r.vlkge = true) OR (n.adopted IS NULL AND n.sources IS NOT NULL)
WITH DISTINCT r
CALL (r) {
  DELETE r
} IN TRANSACTIONS OF 10000 ROWS
