// One entity with its facts in both directions, a number of each relation, and how many there are.
// $id (string): its id
// $most (integer) = 24: maximum number of facts of a relation and direction, the first by name
// $named (integer) = 1000: of more facts than these, those that the database reads first are ordered by name
// Returns: entity, facts
MATCH (e:Entity:Vlkge {id: $id})
CALL (e) {
  MATCH (e)-[f {vlkge: true}]-(x)
  WHERE type(f) <> 'PREDICTED'
  WITH type(f) AS relation, startNode(f) <> e AS incoming, count(*) AS count, collect([f, x])[..$named] AS some
  CALL (some) {
    UNWIND some AS pair
    WITH pair, pair[1] AS x
    ORDER BY x.name, x.id
    LIMIT $most
    RETURN collect(pair) AS first
  }
  CALL (e, relation, incoming, first) {
    UNWIND range(0, size(first) - 1) AS place
    WITH place, first[place][0] AS f, first[place][1] AS x
    WITH place, f, x, CASE WHEN 'prediction' IN coalesce(f.sources, []) THEN COLLECT {
      MATCH (d:Decision:Vlkge)
      USING INDEX SEEK d:Decision(head, tail)
      WHERE d.head = CASE WHEN incoming THEN x.id ELSE e.id END AND d.tail = CASE WHEN incoming THEN e.id ELSE x.id END
        AND d.relation = relation AND d.verdict = 'accepted'
      AND NOT EXISTS { MATCH (u:Decision:Vlkge {key: d.key}) WHERE u.number > d.number AND u.undoes = d.id }
      RETURN [d.by, d.at] ORDER BY d.number DESC LIMIT 1
    }[0] END AS accepted
    ORDER BY place
    RETURN collect({
      id: x.id, name: coalesce(x.name, x.id), picture: x.image_sha256, label: coalesce(x.primary_label, 'Entity'),
      sources: coalesce(f.sources, []), since: f.asserted_at, accepted_by: accepted[0], accepted_at: accepted[1]
    }) AS others
  }
  WITH relation, incoming, count, others
  ORDER BY incoming, relation
  RETURN collect({relation: relation, incoming: incoming, count: count, others: others}) AS facts
}
RETURN e {.*, label: coalesce(e.primary_label, 'Entity'), visual: e.visual IS NOT NULL,
  textual: e.textual IS NOT NULL} AS entity, facts
