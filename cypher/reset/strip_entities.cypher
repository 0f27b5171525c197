// Take from the entities that others keep something at all that is ours, but for what they are found by again.
// $properties (list): the properties that go
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NULL AND n.sources IS NOT NULL
CALL (n) {
  FOREACH (name IN $properties | SET n[name] = null)
  SET n.sources = []
} IN TRANSACTIONS OF 5000 ROWS
