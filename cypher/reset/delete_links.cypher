// Delete predicted links and facts at entities that an ingest brought, before the entities themselves: one entity may have
// more of them than fit a transaction. A fact at which others keep properties stays with these, as a relationship of theirs.
// $properties (list): the properties of facts that are ours
MATCH (n:Entity:Vlkge)-[r {vlkge: true}]-()
WHERE type(r) = 'PREDICTED' OR (n.adopted IS NULL AND n.sources IS NOT NULL)
WITH DISTINCT r
WITH r, type(r) = 'PREDICTED' OR all(name IN keys(r) WHERE name IN $properties) AS ours
CALL (r, ours) {
  FOREACH (_ IN CASE WHEN ours THEN [1] ELSE [] END | DELETE r)
  FOREACH (name IN CASE WHEN ours THEN [] ELSE $properties END | SET r[name] = null)
} IN TRANSACTIONS OF 10000 ROWS
