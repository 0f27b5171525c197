// The properties that nodes of a label have; `values`: how many different ones that could be an id.
// $label (string): the label
// Returns: property, nodes, values
MATCH (n)
WHERE $label IN labels(n)
UNWIND keys(n) AS property
RETURN property, count(*) AS nodes, count(DISTINCT toStringOrNull(n[property])) AS values
ORDER BY property
