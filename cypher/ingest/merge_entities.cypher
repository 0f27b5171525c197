// Write entities of one source; each row gives the properties that are new or changed, null takes one away.
// $rows (list): one map per entity: id, label, properties
// $source (string): the source's name
UNWIND $rows AS row
MERGE (n:Entity:Vlkge {id: row.id})
SET n:$(row.label), n += row.properties, n.primary_label = coalesce(n.primary_label, row.label),
    n.updated_at = datetime(),
    n.sources = CASE WHEN $source IN n.sources THEN n.sources ELSE coalesce(n.sources, []) + $source END
