// Delete the entities that no source asserts any more, unless someone still asserts a fact of theirs.
MATCH (n:Entity)
WHERE n.sources = [] AND NOT EXISTS { (n)-[r]-(:Entity) WHERE type(r) <> 'PREDICTED' }
DETACH DELETE n
