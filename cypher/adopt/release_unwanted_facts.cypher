// Make adopted facts plain relationships again that the specification does not want any more.
// $relations (list): the types that it wants
// $where (map): type -> property -> the values of which a relationship of the type has one
MATCH (:Entity:Vlkge)-[r {vlkge: true}]->(:Entity:Vlkge)
WHERE 'adopted' IN r.sources AND NOT (type(r) IN $relations AND all(name IN keys(coalesce($where[type(r)], {})) WHERE
  any(value IN $where[type(r)][name] WHERE CASE WHEN r[name] IS :: LIST<ANY> THEN value IN r[name] ELSE r[name] = value END)))
CALL (r) {
  REMOVE r.vlkge, r.split, r.sources, r.asserted_at, r.value_sources
} IN TRANSACTIONS OF 10000 ROWS
