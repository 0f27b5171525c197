// Every saved queue has an id of its own.
CREATE CONSTRAINT queue_id IF NOT EXISTS FOR (q:CuratorQueue) REQUIRE q.id IS UNIQUE
