// How many facts between adopted nodes people accepted and no other source asserted.
// Returns: facts
MATCH (h:Entity:Vlkge)-[r {vlkge: true}]->(t:Entity:Vlkge)
WHERE r.sources = ['prediction'] AND type(r) <> 'PREDICTED' AND h.adopted IS NOT NULL AND t.adopted IS NOT NULL
RETURN count(r) AS facts
