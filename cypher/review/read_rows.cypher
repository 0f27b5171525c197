// Some predicted links as rows, in the order given; `seen` is the newest decision about each. With what tells who made
// the head and when: its properties and the beginning of its facts.
// $keys (list): their keys
// $facts (integer) = 40: maximum number of facts of a head
// Returns: key, head, head_name, picture, relation, tail, tail_name, probability, answer_probability, rank, verdict, seen, properties, facts
UNWIND range(0, size($keys) - 1) AS place
WITH place, $keys[place] AS key
MATCH (h)-[p:PREDICTED {vlkge: true, key: key}]->(t)
RETURN key, h.id AS head, coalesce(h.name, h.id) AS head_name, h.image_sha256 AS picture, p.relation AS relation,
  t.id AS tail, coalesce(t.name, t.id) AS tail_name, p.probability AS probability,
  p.answer_probability AS answer_probability, p.rank AS rank,
  p.verdict AS verdict,
  COLLECT {
    MATCH (d:Decision:Vlkge {key: key})
    USING INDEX SEEK d:Decision(key, number)
    WHERE d.number IS NOT NULL
    RETURN d.id ORDER BY d.number DESC LIMIT 1
  }[0] AS seen,
  h {.*, id: null, name: null, text: null, visual: null, textual: null, asserted_at: null, updated_at: null} AS properties,
  COLLECT {
    MATCH (h)-[f {vlkge: true}]->(x:Entity)
    WHERE type(f) <> 'PREDICTED'
    RETURN {relation: type(f), name: coalesce(x.name, x.id), kind: coalesce(x.primary_label, 'Entity')} LIMIT $facts
  } AS facts
ORDER BY place
