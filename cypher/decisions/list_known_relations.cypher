// Which of the given relations have facts or predicted links; relationships of others are neither.
// $relations (list): names of relations
// Returns: relation
// No index tells facts by type and mark, so that facts are looked for only where no link is predicted.
CALL db.relationshipTypes() YIELD relationshipType
WITH collect(relationshipType) AS types
UNWIND $relations AS relation
WITH relation, relation IN types AS typed, EXISTS {
  MATCH ()-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
  WHERE p.relation = relation AND p.state IN ['current', 'stale']
    AND p.verdict IN ['pending', 'accepted', 'rejected', 'opinion', 'contested']
    AND p.priority IS NOT NULL AND p.key IS NOT NULL
} AS predicted
WITH relation, predicted, CASE WHEN typed AND NOT predicted THEN [relation] ELSE [] END AS asked
CALL (predicted, asked) {
  WITH predicted WHERE predicted
  RETURN true AS known
UNION ALL
  UNWIND asked AS type
  CALL (type) {
    MATCH (:Entity:Vlkge)-[r:$(type) {vlkge: true}]->()
    RETURN true AS known LIMIT 1
  }
  RETURN known
}
RETURN relation
