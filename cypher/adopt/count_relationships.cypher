// How many relationships of some types join two nodes that are, or are to be, entities, and how many do not.
// $relations (list): types
// $where (map): type -> property -> the values of which a relationship of the type has one
// $labels (list): labels whose nodes are to be entities
// $skipped (list): element ids of nodes of these labels that are not to be
// Returns: relation, facts, new, left_out
MATCH (h)-[r]->(t)
WHERE type(r) IN $relations AND all(name IN keys(coalesce($where[type(r)], {})) WHERE
  any(value IN $where[type(r)][name] WHERE CASE WHEN r[name] IS :: LIST<ANY> THEN value IN r[name] ELSE r[name] = value END))
WITH type(r) AS relation, NOT coalesce(r.vlkge = true, false) AS new,
     (h:Vlkge OR any(l IN labels(h) WHERE l IN $labels)) AND NOT elementId(h) IN $skipped
       AND (t:Vlkge OR any(l IN labels(t) WHERE l IN $labels)) AND NOT elementId(t) IN $skipped AS joins
RETURN relation, sum(CASE WHEN joins THEN 1 ELSE 0 END) AS facts,
       sum(CASE WHEN joins AND new THEN 1 ELSE 0 END) AS new,
       sum(CASE WHEN joins THEN 0 ELSE 1 END) AS left_out
ORDER BY relation
