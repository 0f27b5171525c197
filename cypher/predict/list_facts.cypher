// The facts of one relation that leave the given entities.
// $heads (list): ids of entities
// $relation (string): the relation
// Returns: head, tails
UNWIND $heads AS head
MATCH (:Entity {id: head})-[:$($relation)]->(t:Entity)
RETURN head, collect(t.id) AS tails
