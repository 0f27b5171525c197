// What the vectors of some entities were made from, as two lists in the same order; entities without a vector are left out.
// $ids (list): ids of the entities
// $property (string): the property that holds the vector: visual or textual
// $digest_property (string): the property that says what the vector was made from
// Returns: ids, digests
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
USING INDEX SEEK n:Entity(id)
WHERE n[$property] IS NOT NULL
RETURN collect(id) AS ids, collect(coalesce(n[$digest_property], '')) AS digests
