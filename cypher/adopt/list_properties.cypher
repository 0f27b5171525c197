// The properties that nodes of a label have.
// $label (string): the label
// Returns: property, nodes
MATCH (n)
WHERE $label IN labels(n)
UNWIND keys(n) AS property
RETURN property, count(*) AS nodes
ORDER BY property
