// Names and pictures of some entities.
// $ids (list): their ids
// Returns: id, name, label, picture
UNWIND $ids AS id
MATCH (e:Entity {id: id})
RETURN e.id AS id, e.name AS name, coalesce([l IN labels(e) WHERE l <> 'Entity'][0], 'Entity') AS label, e.image_sha256 AS picture
