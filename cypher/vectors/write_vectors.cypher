// Put a vector on each entity, with the digest of what it was made from; unknown ids are left out.
// $rows (list): one map per entity: id, vector, digest
// $property (string): the property that holds the vector: visual or textual
// $digest_property (string): the property that says what the vector was made from
// Returns: written
UNWIND $rows AS row
MATCH (n:Entity:Vlkge {id: row.id})
USING INDEX SEEK n:Entity(id)
CALL db.create.setNodeVectorProperty(n, $property, row.vector)
SET n[$digest_property] = row.digest
RETURN count(n) AS written
