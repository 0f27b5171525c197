// Delete predicted links, and facts that only other sources asserted, at adopted entities.
// $elements (list) = null: element ids of some of them; null for all
MATCH (n:Entity:Vlkge)
WHERE (n.adopted IS NOT NULL OR n.sources IS NULL) AND ($elements IS NULL OR elementId(n) IN $elements)
MATCH (n)-[r {vlkge: true}]-()
WHERE type(r) = 'PREDICTED' OR NOT 'adopted' IN coalesce(r.sources, [])
WITH DISTINCT r
CALL (r) {
  DELETE r
} IN TRANSACTIONS OF 10000 ROWS
