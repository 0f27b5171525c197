// The notes about one link.
CREATE INDEX note_link IF NOT EXISTS FOR (n:CuratorNote) ON (n.key)
