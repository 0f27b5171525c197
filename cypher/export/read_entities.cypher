// The entities with the given ids, as lists, one row per kind; unknown ids, and what nothing asserts, are left out.
// $ids (list): ids, each once
// Returns: kind, ids, names, held_out, rights
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
USING INDEX SEEK n:Entity(id)
WHERE NOT coalesce(n.sources = [], false)
RETURN coalesce(n.primary_label, 'Entity') AS kind, collect(id) AS ids,
       collect(coalesce(n.name, id)) AS names, collect(coalesce(n.held_out, '')) AS held_out,
       collect(coalesce(toStringOrNull(n.rights), '')) AS rights
