// Delete predicted links, and facts that only other sources asserted, at adopted entities. A fact at which others keep
// properties stays with these, as a relationship of theirs.
// $properties (list): the properties of facts that are ours
// $elements (list) = null: element ids of some of them; null for all
MATCH (n:Entity:Vlkge)
WHERE (n.adopted IS NOT NULL OR n.sources IS NULL) AND ($elements IS NULL OR elementId(n) IN $elements)
MATCH (n)-[r {vlkge: true}]-()
WHERE type(r) = 'PREDICTED' OR NOT 'adopted' IN coalesce(r.sources, [])
WITH DISTINCT r
WITH r, type(r) = 'PREDICTED' OR all(name IN keys(r) WHERE name IN $properties) AS ours
CALL (r, ours) {
  FOREACH (_ IN CASE WHEN ours THEN [1] ELSE [] END | DELETE r)
  FOREACH (name IN CASE WHEN ours THEN [] ELSE $properties END | SET r[name] = null)
} IN TRANSACTIONS OF 10000 ROWS
