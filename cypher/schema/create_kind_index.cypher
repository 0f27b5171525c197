// The entities of one kind, in the order of their ids.
CREATE INDEX entity_kind IF NOT EXISTS FOR (n:Entity) ON (n.primary_label, n.id)
