// The undecided links that leave the given entities, with all that is kept of them.
// $heads (list): ids of entities
// $relations (list): only links of these relations
// Returns: key, relation, state, properties
UNWIND $heads AS head
MATCH (h:Entity:Vlkge {id: head})
USING INDEX SEEK h:Entity(id)
MATCH (h)-[p:PREDICTED {vlkge: true, verdict: 'pending'}]->()
WHERE p.relation IN $relations
RETURN p.key AS key, p.relation AS relation, p.state AS state, properties(p) AS properties
