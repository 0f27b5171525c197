// The models that current or decided links in the graph come from. It reads every predicted link.
// Returns: version, links
MATCH (:Entity)-[r:PREDICTED]->(:Entity)
WHERE r.state = 'current' OR r.verdict <> 'pending'
RETURN r.model_version AS version, count(*) AS links
ORDER BY version
