// Makes stale what a run no longer predicts, unless a curator has decided it meanwhile.
// $keys (list): keys of links
UNWIND $keys AS key
MATCH ()-[p:PREDICTED {vlkge: true, key: key}]->()
USING INDEX SEEK p:PREDICTED(key)
WHERE p.verdict = 'pending'
SET p.state = 'stale'
