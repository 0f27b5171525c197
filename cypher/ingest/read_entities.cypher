// What the graph holds of the given entities, as lists, one row; unknown ids are left out.
// $ids (list): ids, each once
// $properties (list): names of the properties to read
// Returns: ids, labels, properties, sources, held_out, pictures, value_sources
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
USING INDEX SEEK n:Entity(id)
RETURN collect(id) AS ids, collect([label IN labels(n) WHERE NOT label IN ['Entity', 'Vlkge']]) AS labels,
       collect([name IN $properties | n[name]]) AS properties, collect(coalesce(n.sources, [])) AS sources,
       collect(coalesce(n.held_out, '')) AS held_out, collect(coalesce(n.image_sha256, '')) AS pictures,
       collect(coalesce(n.value_sources, [])) AS value_sources
