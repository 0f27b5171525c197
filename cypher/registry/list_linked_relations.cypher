// The relations that have current links, from whatever model. It reads every predicted link.
// Returns: relation
MATCH (:Entity:Vlkge)-[r:PREDICTED {vlkge: true, state: 'current'}]->(:Entity:Vlkge)
RETURN DISTINCT r.relation AS relation
ORDER BY relation
