// Relationships that leave the given entities and are to become facts, as lists.
// $heads (list): ids of entities
// $relations (list): types
// $where (map): type -> property -> the values of which a relationship of the type has one
// Returns: elements, heads, tails
UNWIND $heads AS id
MATCH (e:Entity:Vlkge {id: id})-[r]->(t:Entity:Vlkge)
USING INDEX SEEK e:Entity(id)
WHERE type(r) IN $relations AND r.vlkge IS NULL AND all(name IN keys(coalesce($where[type(r)], {})) WHERE
  any(value IN $where[type(r)][name] WHERE CASE WHEN r[name] IS :: LIST<ANY> THEN value IN r[name] ELSE r[name] = value END))
RETURN collect(elementId(r)) AS elements, collect(id) AS heads, collect(t.id) AS tails
