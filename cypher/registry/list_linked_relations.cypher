// The relations that have current links, from whatever model. Reads every predicted link.
// Returns: relation
MATCH (:Entity)-[r:PREDICTED {state: 'current'}]->(:Entity)
RETURN DISTINCT r.relation AS relation
ORDER BY relation
