// What is recorded of one relation and leaves the given entities: facts, and relationships of others between entities,
// for what somebody recorded is no prediction.
// $heads (list): ids of entities
// $relation (string): the relation
// Returns: head, tails
UNWIND $heads AS head
MATCH (:Entity:Vlkge {id: head})-[:$($relation)]->(t:Entity:Vlkge)
RETURN head, collect(t.id) AS tails
