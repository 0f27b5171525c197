// All decisions about the given links, the oldest first.
// $keys (list): keys of links
// Returns: key, number, id, head, relation, tail, verdict, by, at, reason, run_id, model_version, probability, batch, queue, undoes, restores, waiting
UNWIND $keys AS key
MATCH (d:Decision:Vlkge {key: key})
USING INDEX SEEK d:Decision(key, number)
WHERE d.number IS NOT NULL
RETURN d.key AS key, d.number AS number, d.id AS id, d.head AS head, d.relation AS relation, d.tail AS tail,
  d.verdict AS verdict, d.by AS by, d.at AS at, d.reason AS reason, d.run_id AS run_id,
  d.model_version AS model_version, d.probability AS probability, d.batch AS batch, d.queue AS queue,
  d.undoes AS undoes, d.restores AS restores, d.waiting AS waiting
ORDER BY key, number
