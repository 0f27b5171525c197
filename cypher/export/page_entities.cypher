// The next entities that something asserts, in the order of their ids, as lists, one row per kind.
// $after (string) = "": the last id of the page before; every id is greater than ""
// $limit (integer) = 20000: maximum number of entities
// Returns: kind, ids, names, held_out, rights
MATCH (n:Entity:Vlkge)
WHERE n.id > $after AND NOT coalesce(n.sources = [], false)
WITH n ORDER BY n.id LIMIT $limit
RETURN coalesce(n.primary_label, 'Entity') AS kind, collect(n.id) AS ids,
       collect(coalesce(n.name, n.id)) AS names, collect(coalesce(n.held_out, '')) AS held_out,
       collect(coalesce(toStringOrNull(n.rights), '')) AS rights
