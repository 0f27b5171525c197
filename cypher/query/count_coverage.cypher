// How many entities of a kind have each relation, and for how many of the others a pending link proposes one.
// $label (string): the kind, a primary label such as Artwork
// $least (float) = 0.5: count links with at least this probability
// Returns: relation, entities, have, lack, proposed
CALL () {
  MATCH (h:Entity:Vlkge {primary_label: $label})
  RETURN count(h) AS entities
}
MATCH (h:Entity:Vlkge {primary_label: $label})-[r {vlkge: true}]->(:Entity)
WHERE (type(r) <> 'PREDICTED' OR
  (r.state = 'current' AND r.verdict = 'pending' AND r.probability >= $least))
WITH entities, h, CASE type(r) WHEN 'PREDICTED' THEN r.relation ELSE type(r) END AS relation,
  max(CASE type(r) WHEN 'PREDICTED' THEN 0 ELSE 1 END) AS fact
WITH relation, entities, sum(fact) AS have, sum(1 - fact) AS proposed
RETURN relation, entities, have, entities - have AS lack, proposed
ORDER BY have DESC, relation
