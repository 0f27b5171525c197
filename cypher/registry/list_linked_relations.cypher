// The relations that have current links, from whatever model. It reads every predicted link.
// Returns: relation
MATCH (:Entity)-[r:PREDICTED {state: 'current'}]->(:Entity)
RETURN DISTINCT r.relation AS relation
ORDER BY relation
