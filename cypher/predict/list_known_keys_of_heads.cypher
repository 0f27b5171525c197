// The undecided links of a relation that leave the given entities, by state.
// $relation (string): the relation
// $heads (list): ids of entities
// Returns: state, keys
UNWIND $heads AS head
MATCH (:Entity:Vlkge {id: head})-[p:PREDICTED {vlkge: true, relation: $relation, verdict: 'pending'}]->()
RETURN p.state AS state, collect(p.key) AS keys
