// Take the vector and its digest from the given entities.
// $ids (list): ids of the entities
// $property (string): the property that holds the vector: visual or textual
// $digest_property (string): the property that says what the vector was made from
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
USING INDEX SEEK n:Entity(id)
REMOVE n[$property], n[$digest_property]
