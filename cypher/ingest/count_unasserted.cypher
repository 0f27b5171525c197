// How many entities no source asserts any more, and how many of them each thing keeps: relationships of others, properties
// or labels of others, facts that somebody accepted.
// $properties (list): the properties of entities that are ours
// $vague (string): the label of what is known to be a thing and no more
// Returns: entities, relationships, properties, facts
MATCH (n:Entity:Vlkge)
WHERE n.sources = []
RETURN count(n) AS entities,
       count(CASE WHEN EXISTS { (n)-[r]-() WHERE NOT coalesce(r.vlkge = true, false) } THEN 1 END) AS relationships,
       count(CASE WHEN any(name IN keys(n) WHERE NOT name IN $properties)
         OR any(label IN labels(n) WHERE NOT label IN ['Entity', 'Vlkge', $vague, coalesce(n.primary_label, '')]) THEN 1 END)
         AS properties,
       count(CASE WHEN EXISTS { (n)-[r {vlkge: true}]-() WHERE type(r) <> 'PREDICTED' } THEN 1 END) AS facts
