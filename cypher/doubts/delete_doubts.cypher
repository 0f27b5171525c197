// Takes away what a model doubted of a relation.
// $relation (string): the relation
MATCH (d:Doubt:Vlkge)
USING INDEX SEEK d:Doubt(relation, likelier, key)
WHERE d.relation = $relation AND d.likelier IS NOT NULL AND d.key IS NOT NULL
DELETE d
