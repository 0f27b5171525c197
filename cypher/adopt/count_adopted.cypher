// What unadopting would undo or remove, as counts of each kind: adopted entities, their vectors and their predicted links.
// Also facts that become plain relationships again, and facts that other sources or people asserted at adopted entities.
// Returns: what, name, count
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NOT NULL OR n.sources IS NULL
RETURN 'entities' AS what, coalesce(n.primary_label, 'Entity') AS name, count(*) AS count
UNION ALL
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NOT NULL
UNWIND CASE WHEN n.visual IS NULL THEN [] ELSE ['visual'] END + CASE WHEN n.textual IS NULL THEN [] ELSE ['textual'] END AS name
RETURN 'vectors' AS what, name, count(*) AS count
UNION ALL
MATCH (h:Entity:Vlkge)-[r {vlkge: true}]->(t:Entity:Vlkge)
WITH r, type(r) = 'PREDICTED' AS predicted, 'adopted' IN coalesce(r.sources, []) AS adopted,
     h.adopted IS NOT NULL OR t.adopted IS NOT NULL OR h.sources IS NULL OR t.sources IS NULL AS touches
WHERE adopted OR touches
WITH CASE WHEN predicted THEN 'predicted' WHEN adopted THEN 'facts' ELSE 'other_facts' END AS what,
     CASE WHEN predicted THEN r.relation ELSE type(r) END AS name
RETURN what, name, count(*) AS count
