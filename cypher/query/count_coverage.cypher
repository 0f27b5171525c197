// How many entities of a kind have each relation, and for how many of the others a pending link proposes one.
// Reads all relationships of these entities.
// $label (string): the kind, a primary label such as Artwork
// $least (float) = 0.5: count links of at least this priority; 0: all, also those without a probability
// $scanned (integer from 1) = null: count the first entities of the kind only, by id; null: all
// Returns: relation, entities, have, lack, proposed
CALL () {
  MATCH (h:Entity:Vlkge)
  USING INDEX SEEK h:Entity(primary_label, id)
  WHERE h.primary_label = $label AND h.id IS NOT NULL
  WITH h LIMIT coalesce($scanned, 9223372036854775807)
  RETURN count(h) AS entities
}
MATCH (h:Entity:Vlkge)
USING INDEX SEEK h:Entity(primary_label, id)
WHERE h.primary_label = $label AND h.id IS NOT NULL
WITH entities, h
ORDER BY h.primary_label, h.id
LIMIT coalesce($scanned, 9223372036854775807)
MATCH (h)-[r {vlkge: true}]->(:Entity)
WHERE (type(r) <> 'PREDICTED' OR
  (r.state = 'current' AND r.verdict = 'pending' AND r.priority >= CASE WHEN $least <= 0.0 THEN -1.0 ELSE $least END))
WITH entities, h, CASE type(r) WHEN 'PREDICTED' THEN r.relation ELSE type(r) END AS relation,
  max(CASE type(r) WHEN 'PREDICTED' THEN 0 ELSE 1 END) AS fact
WITH relation, entities, sum(fact) AS have, sum(1 - fact) AS proposed
RETURN relation, entities, have, entities - have AS lack, proposed
ORDER BY have DESC, relation
