// The predicted links of one entity, in both directions, highest score first within each relation.
// $entity (string): its id
// $limit (integer) = 20: at most so many rows of each relation
// Returns: head, head_name, relation, tail, tail_name, score, probability, rank, verdict, model_version
MATCH (e:Entity {id: $entity})-[p:PREDICTED {state: 'current'}]-()
WITH DISTINCT p
ORDER BY p.score DESC, p.key
WITH p.relation AS relation, collect(p)[..$limit] AS strongest
ORDER BY relation
UNWIND strongest AS p
WITH p, relation, startNode(p) AS h, endNode(p) AS t
RETURN h.id AS head, h.name AS head_name, relation, t.id AS tail, t.name AS tail_name, p.score AS score,
  p.probability AS probability, p.rank AS rank, p.verdict AS verdict, p.model_version AS model_version
