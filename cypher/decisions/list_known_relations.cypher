// Which of the given relations have facts or predicted links; relationships of others are neither.
// $relations (list): names of relations
// Returns: relation
// No index tells facts by type and mark, so that facts are looked for only where no link is predicted.
CALL db.relationshipTypes() YIELD relationshipType
WITH collect(relationshipType) AS types
UNWIND $relations AS relation
WITH relation, relation IN types AS typed, EXISTS {
  MATCH ()-[p:PREDICTED {vlkge: true}]->()
  WHERE p.relation = relation AND p.state IN ['current', 'stale']
    AND p.verdict IN ['pending', 'accepted', 'rejected', 'opinion', 'contested']
} AS predicted
CALL (relation, typed, predicted) {
  WITH predicted WHERE predicted
  RETURN true AS known
UNION ALL
  WITH relation, typed, predicted WHERE typed AND NOT predicted
  MATCH (:Entity:Vlkge)-[r:$(relation) {vlkge: true}]->()
  RETURN true AS known LIMIT 1
}
RETURN relation
