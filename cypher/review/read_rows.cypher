// Some predicted links as rows, in the order given; `seen` is the newest decision about each.
// $keys (list): their keys
// Returns: key, head, head_name, picture, relation, tail, tail_name, probability, answer_probability, rank, verdict, seen
UNWIND range(0, size($keys) - 1) AS place
WITH place, $keys[place] AS key
MATCH (h)-[p:PREDICTED {vlkge: true, key: key}]->(t)
RETURN key, h.id AS head, coalesce(h.name, h.id) AS head_name, h.image_sha256 AS picture, p.relation AS relation,
  t.id AS tail, coalesce(t.name, t.id) AS tail_name, p.probability AS probability,
  p.answer_probability AS answer_probability, p.rank AS rank,
  p.verdict AS verdict,
  COLLECT { MATCH (d:Decision:Vlkge {key: key}) RETURN d.id ORDER BY d.number DESC LIMIT 1 }[0] AS seen
ORDER BY place
