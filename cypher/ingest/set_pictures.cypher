// Note which picture of the store belongs to an entity; null for one whose picture is missing.
// $rows (list): one map per entity: id, sha256
UNWIND $rows AS row
MATCH (n:Entity:Vlkge {id: row.id})
USING INDEX SEEK n:Entity(id)
SET n.image_sha256 = row.sha256, n.updated_at = datetime()
