// The rules that predicted links cite as the best that speaks for them, the surest first, and how many links do. Reads
// all rules.
// $relation (string) = null: of this relation only
// $min_confidence (float) = 0.0: only rules that are right at least this often
// $limit (integer from 1) = 20: maximum number of rows
// Returns: relation, sentence, support, of, confidence, links, key
MATCH (r:LinkRule:Vlkge)
WHERE ($relation IS NULL OR r.relation = $relation) AND r.confidence >= $min_confidence
WITH r
ORDER BY r.confidence DESC, r.of DESC, r.key
LIMIT $limit
CALL (r) {
  MATCH ()-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(rule_key)
  WHERE p.rule_key = r.key AND p.state = 'current'
  RETURN count(p) AS links
}
RETURN r.relation AS relation, r.sentence AS sentence, r.support AS support, r.of AS of, r.confidence AS confidence,
  links, r.key AS key
