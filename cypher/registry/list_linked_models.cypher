// The models that current or decided links in the graph come from. It reads every predicted link.
// Returns: version, links
MATCH (:Entity:Vlkge)-[r:PREDICTED {vlkge: true}]->(:Entity:Vlkge)
WHERE r.state = 'current' OR r.verdict <> 'pending'
RETURN r.model_version AS version, count(*) AS links
ORDER BY version
