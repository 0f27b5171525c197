// Take a source away from entities that it no longer asserts.
// $ids (list): ids of the entities
// $source (string): the source's name
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
USING INDEX SEEK n:Entity(id)
SET n.sources = [source IN n.sources WHERE source <> $source], n.updated_at = datetime()
