// Delete the entities that an ingest brought; foreign and adopted nodes stay.
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NULL AND n.sources IS NOT NULL
CALL (n) {
  DETACH DELETE n
} IN TRANSACTIONS OF 5000 ROWS
