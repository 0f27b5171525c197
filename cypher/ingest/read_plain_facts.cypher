// The facts that leave the given entities, for a source whose facts have no properties.
// A head is given as its position in $heads, so that it travels as a small number.
// $heads (list): ids of the entities whose facts are read
// $source (string): the source of which `ours` says whether it asserts the facts
// Returns: relation, split, ours, heads, tails
UNWIND range(0, size($heads) - 1) AS position
WITH position, $heads[position] AS id
MATCH (e:Entity:Vlkge {id: id})-[r {vlkge: true}]->(t:Entity)
USING INDEX SEEK e:Entity(id)
WHERE type(r) <> 'PREDICTED'
RETURN type(r) AS relation, coalesce(r.split, '') AS split, $source IN coalesce(r.sources, []) AS ours,
       collect(position) AS heads, collect(t.id) AS tails
