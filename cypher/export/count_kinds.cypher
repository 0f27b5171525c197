// How many entities are of each kind.
// Returns: kind, entities
MATCH (n:Entity:Vlkge)
RETURN coalesce(n.primary_label, 'Entity') AS kind, count(*) AS entities
ORDER BY kind
