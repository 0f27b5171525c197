// Of entities that a source no longer asserts: how many would be without a source, and how many of them each thing would keep.
// A fact of this source alone goes, or becomes a relationship of others where these keep properties at it.
// $ids (list): ids of the entities; those that no source asserts already are looked at, too
// $held (list): ids of those at which the source asserts facts all the same
// $source (string): the source's name
// $properties (list): the properties of entities that are ours
// $fact_properties (list): the properties of facts that are ours
// $vague (string): the label of what is known to be a thing and no more
// Returns: entities, kept, relationships, properties, facts
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
USING INDEX SEEK n:Entity(id)
WHERE all(source IN n.sources WHERE source = $source)
WITH n,
     EXISTS { (n)-[r]-() WHERE NOT coalesce(r.vlkge = true, false) OR type(r) <> 'PREDICTED'
       AND all(source IN r.sources WHERE source = $source) AND any(name IN keys(r) WHERE NOT name IN $fact_properties) }
       AS relationships,
     any(name IN keys(n) WHERE NOT name IN $properties)
       OR any(label IN labels(n) WHERE NOT label IN ['Entity', 'Vlkge', $vague, coalesce(n.primary_label, '')]) AS properties,
     n.id IN $held OR EXISTS { (n)-[r {vlkge: true}]-() WHERE type(r) <> 'PREDICTED'
       AND any(source IN r.sources WHERE source <> $source) } AS facts
RETURN count(n) AS entities,
       count(CASE WHEN relationships OR properties OR facts THEN 1 END) AS kept,
       count(CASE WHEN relationships THEN 1 END) AS relationships,
       count(CASE WHEN properties THEN 1 END) AS properties,
       count(CASE WHEN facts THEN 1 END) AS facts
