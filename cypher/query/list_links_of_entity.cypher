// The predicted links of one entity, in both directions, the likeliest first within each relation, with their evidence.
// $entity (string): its id
// $limit (integer from 1) = 20: maximum number of rows for each relation
// Returns: head, head_name, relation, tail, tail_name, probability, score, rank, verdict, similar, similarity, paths, share_structural, share_visual, share_textual, share_facts, run_id, model_version, answer_probability, priority
MATCH (e:Entity:Vlkge {id: $entity})-[p:PREDICTED {vlkge: true, state: 'current'}]-()
WITH DISTINCT p
ORDER BY p.priority DESC, p.score DESC, p.key
WITH p.relation AS relation, collect(p)[..$limit] AS strongest
ORDER BY relation
UNWIND strongest AS p
WITH p, relation, startNode(p) AS h, endNode(p) AS t
RETURN h.id AS head, h.name AS head_name, relation, t.id AS tail, t.name AS tail_name, p.probability AS probability,
  p.score AS score, p.rank AS rank, p.verdict AS verdict, p.similar AS similar, p.similarity AS similarity,
  p.paths AS paths, p.share_structural AS share_structural, p.share_visual AS share_visual,
  p.share_textual AS share_textual, p.share_facts AS share_facts, p.run_id AS run_id, p.model_version AS model_version,
  p.answer_probability AS answer_probability, p.priority AS priority
