// Make facts that people accepted, and no other source asserted, plain relationships between nodes of the owner.
MATCH (h:Entity:Vlkge)-[r {vlkge: true}]->(t:Entity:Vlkge)
WHERE r.sources = ['prediction'] AND type(r) <> 'PREDICTED' AND h.adopted IS NOT NULL AND t.adopted IS NOT NULL
CALL (r) {
  REMOVE r.vlkge, r.split, r.sources, r.asserted_at, r.value_sources
} IN TRANSACTIONS OF 10000 ROWS
