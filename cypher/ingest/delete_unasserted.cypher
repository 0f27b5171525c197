// Delete the entities that no source asserts any more. Those stay on which more hangs than our predicted links: a fact that
// someone still asserts, or a relationship, a property or a label of others.
// $properties (list): the properties of entities that are ours
// $vague (string): the label of what is known to be a thing and no more
// Returns: entities
MATCH (n:Entity:Vlkge)
WHERE n.sources = [] AND all(name IN keys(n) WHERE name IN $properties)
  AND all(label IN labels(n) WHERE label IN ['Entity', 'Vlkge', $vague, n.primary_label])
  AND NOT EXISTS { (n)-[r]-() WHERE type(r) <> 'PREDICTED' OR NOT coalesce(r.vlkge = true, false) }
CALL (n) {
  DETACH DELETE n
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS entities
