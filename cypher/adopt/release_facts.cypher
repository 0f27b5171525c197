// Make adopted facts plain relationships again.
MATCH (:Entity)-[r]->(:Entity)
WHERE 'adopted' IN r.sources
CALL (r) {
  REMOVE r.split, r.sources, r.asserted_at
} IN TRANSACTIONS OF 10000 ROWS
