// Which of the given ids no entity has.
// $ids (list): distinct entity ids
// Returns: id
UNWIND $ids AS id
OPTIONAL MATCH (e:Entity:Vlkge {id: id})
USING INDEX SEEK e:Entity(id)
WITH id, e
WHERE e IS NULL
RETURN id
