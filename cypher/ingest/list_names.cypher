// The names of the entities of some labels that a source does not assert, as lists, one row.
// $labels (list): labels of entities
// $source (string): the source's name
// Returns: ids, labels, names
MATCH (n:Entity:Vlkge)
WHERE n.primary_label IN $labels AND n.name IS NOT NULL AND NOT $source IN n.sources
RETURN collect(n.id) AS ids, collect(n.primary_label) AS labels, collect(n.name) AS names
