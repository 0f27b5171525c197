// The relations of the facts about an entity, that of the most facts first.
// $id (string): its id
// Returns: relation
MATCH (:Entity:Vlkge {id: $id})<-[f {vlkge: true}]-()
WHERE type(f) <> 'PREDICTED'
WITH type(f) AS relation, count(*) AS facts
RETURN relation
ORDER BY facts DESC, relation
