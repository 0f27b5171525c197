// Relationships that leave the given entities and are to become facts, as lists.
// $heads (list): ids of entities
// $relations (list): types
// Returns: elements, heads, tails
UNWIND $heads AS id
MATCH (e:Entity:Vlkge {id: id})-[r]->(t:Entity:Vlkge)
USING INDEX SEEK e:Entity(id)
WHERE type(r) IN $relations AND r.vlkge IS NULL
RETURN collect(elementId(r)) AS elements, collect(id) AS heads, collect(t.id) AS tails
