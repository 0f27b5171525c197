// Make adopted facts plain relationships again.
MATCH (:Entity:Vlkge)-[r {vlkge: true}]->(:Entity:Vlkge)
WHERE 'adopted' IN r.sources
CALL (r) {
  REMOVE r.vlkge, r.split, r.sources, r.asserted_at, r.value_sources
} IN TRANSACTIONS OF 10000 ROWS
