// Make adopted facts plain relationships again.
// $elements (list) = null: element ids of nodes at which they are; null for all
MATCH (h:Entity:Vlkge)-[r {vlkge: true}]->(t:Entity:Vlkge)
WHERE 'adopted' IN r.sources AND ($elements IS NULL OR elementId(h) IN $elements OR elementId(t) IN $elements)
CALL (r) {
  REMOVE r.vlkge, r.split, r.sources, r.asserted_at, r.value_sources
} IN TRANSACTIONS OF 10000 ROWS
