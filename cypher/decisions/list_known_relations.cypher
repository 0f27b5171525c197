// Which of the given relations have facts or predicted links.
// $relations (list): names of relations
// Returns: relation
CALL db.relationshipTypes() YIELD relationshipType
WITH collect(relationshipType) AS types
UNWIND $relations AS relation
WITH relation, types
WHERE relation IN types OR EXISTS {
  MATCH ()-[p:PREDICTED {vlkge: true}]->()
  WHERE p.relation = relation AND p.state IN ['current', 'stale']
    AND p.verdict IN ['pending', 'accepted', 'rejected', 'opinion', 'contested']
}
RETURN relation
