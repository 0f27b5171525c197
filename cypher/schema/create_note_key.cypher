// Every note of a curator has an id of its own.
CREATE CONSTRAINT note_id IF NOT EXISTS FOR (n:CuratorNote) REQUIRE n.id IS UNIQUE
