// The facts that leave the given entities, as lists, one row per relation, with their properties.
// $heads (list): ids of the entities whose facts are read
// $source (string): the source of which `ours` says whether it asserts the fact
// $properties (list): names of the properties to read
// Returns: relation, heads, tails, splits, ours, properties, sources, value_sources
UNWIND $heads AS id
MATCH (e:Entity:Vlkge {id: id})-[r {vlkge: true}]->(t:Entity)
USING INDEX SEEK e:Entity(id)
WHERE type(r) <> 'PREDICTED'
RETURN type(r) AS relation, collect(id) AS heads, collect(t.id) AS tails, collect(coalesce(r.split, '')) AS splits,
       collect($source IN coalesce(r.sources, [])) AS ours, collect([name IN $properties | r[name]]) AS properties,
       collect(coalesce(r.sources, [])) AS sources, collect(coalesce(r.value_sources, [])) AS value_sources
