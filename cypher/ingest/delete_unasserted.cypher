// Delete the entities that no source asserts any more, unless something but our predicted links
// hangs on them: a fact that someone still asserts, or a relationship of others.
MATCH (n:Entity:Vlkge)
WHERE n.sources = [] AND NOT EXISTS { (n)-[r]-() WHERE type(r) <> 'PREDICTED' OR NOT coalesce(r.vlkge = true, false) }
DETACH DELETE n
