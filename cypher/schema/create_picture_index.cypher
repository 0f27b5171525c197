// The entities that show one picture.
CREATE INDEX entity_picture IF NOT EXISTS FOR (n:Entity) ON (n.image_sha256)
