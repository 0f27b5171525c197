// Delete the entities that an ingest brought, once their links are gone. Those stay at which others keep a relationship, a
// property or a label; foreign and adopted nodes stay too.
// $properties (list): the properties of entities that are ours
// $vague (string): the label of what is known to be a thing and no more
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NULL AND n.sources IS NOT NULL AND all(name IN keys(n) WHERE name IN $properties)
  AND all(label IN labels(n) WHERE label IN ['Entity', 'Vlkge', $vague, coalesce(n.primary_label, label)])
  AND NOT EXISTS { (n)--() }
CALL (n) {
  DELETE n
} IN TRANSACTIONS OF 5000 ROWS
