// To version 6: let adopted nodes remember their ids.
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NOT NULL AND n.adopted_as IS NULL
CALL (n) {
  SET n.adopted_as = n.id
} IN TRANSACTIONS OF 10000 ROWS
