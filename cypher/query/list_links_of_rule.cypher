// The current predicted links that cite a rule, the most probable first.
// $rule (string): the key of the rule, as list_rules gives it
// $limit (integer from 1) = 20: maximum number of rows
// Returns: head, head_name, relation, tail, tail_name, probability, verdict, sentence, key
MATCH (r:LinkRule:Vlkge {key: $rule})
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
USING INDEX SEEK p:PREDICTED(rule_key)
WHERE p.rule_key = r.key AND p.state = 'current'
RETURN h.id AS head, h.name AS head_name, p.relation AS relation, t.id AS tail, t.name AS tail_name,
  p.probability AS probability, p.verdict AS verdict, r.sentence AS sentence, p.key AS key
ORDER BY probability DESC, key
LIMIT $limit
