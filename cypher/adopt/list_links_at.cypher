// The keys of predicted links at some entities, with which links they are of.
// $ids (list): ids, former and present ones
// Returns: element, key
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})-[p:PREDICTED {vlkge: true}]-()
USING INDEX SEEK n:Entity(id)
WITH DISTINCT p
RETURN elementId(p) AS element, p.key AS key
