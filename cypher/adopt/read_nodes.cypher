// The nodes of a label that no earlier label of the specification takes: what it maps, and what stands there already.
// $label (string): the label
// $earlier (list): labels that come first
// $properties (map): our property (id, name, text, image) -> the node's own; null where it is not mapped
// $reserved (list): properties that only this project may write
// Returns: element, ours, entity, given, present, own, adopted, primary, sources, digest, clashes
MATCH (n)
WHERE $label IN labels(n) AND none(l IN $earlier WHERE l IN labels(n))
RETURN elementId(n) AS element, n:Vlkge AS ours, n:Entity AS entity,
       {id: toStringOrNull(n[$properties.id]), name: toStringOrNull(n[$properties.name]),
        text: toStringOrNull(n[$properties.text]), image: toStringOrNull(n[$properties.image])} AS given,
       [key IN keys($properties) WHERE n[$properties[key]] IS NOT NULL] AS present,
       n {.id, .name, .text, .image} AS own,
       CASE WHEN n:Vlkge THEN n.adopted END AS adopted, n.primary_label AS primary, n.sources AS sources, n.image_sha256 AS digest,
       [key IN $reserved WHERE n[key] IS NOT NULL] AS clashes
ORDER BY element
