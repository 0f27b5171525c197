// Make undecided links of entities that no source asserts any more stale, for no run predicts them again.
MATCH (n:Entity:Vlkge)
WHERE n.sources = []
MATCH (n)-[p:PREDICTED {vlkge: true}]-()
WHERE p.state = 'current' AND p.verdict = 'pending'
WITH DISTINCT p
CALL (p) {
  SET p.state = 'stale'
} IN TRANSACTIONS OF 10000 ROWS
