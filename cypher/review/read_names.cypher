// Names and pictures of some entities.
// $ids (list): their ids
// Returns: id, name, label, picture
UNWIND $ids AS id
MATCH (e:Entity:Vlkge {id: id})
USING INDEX SEEK e:Entity(id)
RETURN e.id AS id, e.name AS name, coalesce(e.primary_label, 'Entity') AS label, e.image_sha256 AS picture
