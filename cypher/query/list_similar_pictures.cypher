// The entities whose pictures look most like that of one entity; similarity is from 0 to 1.
// $entity (string): its id
// $limit (integer from 1) = 10: maximum number of rows
// Returns: id, name, label, similarity, image, rights
MATCH (e:Entity:Vlkge {id: $entity})
WHERE e.visual IS NOT NULL
CALL db.index.vector.queryNodes('entity_visual', $limit + 1, e.visual) YIELD node, score
WITH e, node, score
WHERE node <> e AND node:Vlkge
RETURN node.id AS id, node.name AS name, coalesce(node.primary_label, 'Entity') AS label, score AS similarity,
  node.image AS image, node.rights AS rights
ORDER BY similarity DESC, id
LIMIT $limit
