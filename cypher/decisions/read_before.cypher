// What is known before choices are recorded.
// $ids (list): ids that the new decisions would have
// $keys (list): keys of their links
// $ends (list): distinct ids of the links' entities
// Returns: recorded (decisions with such ids), earlier (decisions about the links, the oldest first), unknown (ends that no
// entity has), required (the relations on which a second opinion is), unpredicted (keys that no run proposed)
CALL () {
  UNWIND $ids AS id
  MATCH (d:Decision:Vlkge {id: id})
  RETURN collect({id: d.id, key: d.key, number: d.number, head: d.head, relation: d.relation, tail: d.tail,
    verdict: d.verdict, by: d.by, at: d.at, reason: d.reason, run_id: d.run_id, model_version: d.model_version,
    probability: d.probability, batch: d.batch, queue: d.queue, undoes: d.undoes, restores: d.restores, waiting: d.waiting}) AS recorded
}
CALL () {
  UNWIND $keys AS key
  MATCH (d:Decision:Vlkge {key: key})
  USING INDEX SEEK d:Decision(key, number)
  WHERE d.number IS NOT NULL
  WITH d ORDER BY d.key, d.number
  RETURN collect({id: d.id, key: d.key, number: d.number, head: d.head, relation: d.relation, tail: d.tail,
    verdict: d.verdict, by: d.by, at: d.at, reason: d.reason, run_id: d.run_id, model_version: d.model_version,
    probability: d.probability, batch: d.batch, queue: d.queue, undoes: d.undoes, restores: d.restores, waiting: d.waiting}) AS earlier
}
CALL () {
  UNWIND $ends AS id
  OPTIONAL MATCH (e:Entity:Vlkge {id: id})
  USING INDEX SEEK e:Entity(id)
  WITH id, e WHERE e IS NULL
  RETURN collect(id) AS unknown
}
CALL () {
  UNWIND $keys AS key
  OPTIONAL MATCH ()-[p:PREDICTED {vlkge: true, key: key}]->()
  USING INDEX SEEK p:PREDICTED(key)
  WITH key, p WHERE p IS NULL
  RETURN collect(key) AS unpredicted
}
OPTIONAL MATCH (s:Schema:Vlkge)
WHERE s.of STARTS WITH 'second opinion ' AND s.closed_at IS NULL
RETURN recorded, earlier, unknown, collect(s.relation) AS required, unpredicted
