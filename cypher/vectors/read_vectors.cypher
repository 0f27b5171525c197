// The vectors that some entities have under one property, as two lists in the same order.
// $ids (list): ids of the entities
// $property (string): the property that holds the vector: visual or textual
// Returns: ids, vectors
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
USING INDEX SEEK n:Entity(id)
WHERE n[$property] IS NOT NULL
RETURN collect(id) AS ids, collect(n[$property]) AS vectors
