// The entities with the given ids, as lists, one row per set of labels; unknown ids are left out.
// $ids (list): ids, each once
// Returns: labels, primary, ids, names, held_out
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN labels(n) AS labels, n.primary_label AS primary, collect(id) AS ids,
       collect(coalesce(n.name, id)) AS names, collect(coalesce(n.held_out, '')) AS held_out
