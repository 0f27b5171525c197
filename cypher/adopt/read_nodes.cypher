// The nodes of a label that the specification wants: what it maps, and what stands there already.
// $label (string): the label
// $properties (map): our property (id, name, text, image) -> the node's own; null where it is not mapped
// $parts (list): the node's own properties that are its id, one or several
// $key (string): the property that outlasts the id; null for none
// $where (map): property -> the values of which the node has one
// $reserved (list): properties that only this project may write
// Returns: element, ours, entity, given, parts, present, own, adopted, adopted_as, primary, sources, digest, key, clashes
MATCH (n)
WHERE $label IN labels(n) AND all(name IN keys($where) WHERE any(value IN $where[name] WHERE
  CASE WHEN n[name] IS :: LIST<ANY> THEN value IN n[name] ELSE n[name] = value END))
RETURN elementId(n) AS element, n:Vlkge AS ours, n:Entity AS entity,
       [name IN ['id', 'name', 'text', 'image'] | CASE WHEN n[$properties[name]] IS :: LIST<ANY>
         THEN [one IN n[$properties[name]] | toStringOrNull(one)] ELSE toStringOrNull(n[$properties[name]]) END] AS given,
       [name IN $parts | toStringOrNull(n[name])] AS parts,
       [name IN keys($properties) WHERE n[$properties[name]] IS NOT NULL AND n[$properties[name]] <> []] AS present,
       n {.id, .name, .text, .image} AS own,
       CASE WHEN n:Vlkge THEN n.adopted END AS adopted, CASE WHEN n:Vlkge THEN n.adopted_as END AS adopted_as,
       n.primary_label AS primary, n.sources AS sources, n.image_sha256 AS digest, toStringOrNull(n[$key]) AS key,
       [name IN $reserved WHERE n[name] IS NOT NULL] AS clashes
ORDER BY element
