// What unadopting would undo or remove, as counts of each kind: adopted entities, their vectors and their predicted links.
// Also facts that become plain relationships again, and facts that other sources or people asserted at adopted entities.
// Returns: what, name, count
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NOT NULL
RETURN 'entities' AS what, n.primary_label AS name, count(*) AS count
UNION ALL
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NOT NULL
UNWIND [modality IN ['visual', 'textual'] WHERE n[modality] IS NOT NULL] AS name
RETURN 'vectors' AS what, name, count(*) AS count
UNION ALL
MATCH (h:Entity:Vlkge)-[r {vlkge: true}]->(t:Entity:Vlkge)
WITH r, type(r) = 'PREDICTED' AS predicted, 'adopted' IN coalesce(r.sources, []) AS adopted,
     h.adopted IS NOT NULL OR t.adopted IS NOT NULL AS touches
WHERE adopted OR touches
WITH CASE WHEN predicted THEN 'predicted' WHEN adopted THEN 'facts' ELSE 'other_facts' END AS what,
     CASE WHEN predicted THEN r.relation ELSE type(r) END AS name
RETURN what, name, count(*) AS count
