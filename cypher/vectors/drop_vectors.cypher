// Take every vector of one modality out of the graph, a thousand entities a transaction.
// $property (string): the property that holds the vector: visual or textual
// $digest_property (string): the property that says what the vector was made from
// Returns: dropped
MATCH (n:Entity:Vlkge)
WHERE n[$property] IS NOT NULL OR n[$digest_property] IS NOT NULL
CALL (n) {
  REMOVE n[$property], n[$digest_property]
} IN TRANSACTIONS OF 1000 ROWS
RETURN count(n) AS dropped
