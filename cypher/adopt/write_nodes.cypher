// Make nodes entities, or bring what they were given up to date.
// $rows (list): one map per node: element, properties (a null takes one away), adopted (the names that unadopt takes away), adopted_as (its id), primary
UNWIND $rows AS row
MATCH (n)
WHERE elementId(n) = row.element
SET n:Entity:Vlkge, n += row.properties, n.adopted = row.adopted, n.adopted_as = row.adopted_as,
    n.primary_label = row.primary,
    n.sources = CASE WHEN 'adopted' IN n.sources THEN n.sources ELSE coalesce(n.sources, []) + 'adopted' END,
    n.updated_at = datetime()
