// How many entities carry each set of labels.
// Returns: labels, primary, entities
MATCH (n:Entity)
RETURN labels(n) AS labels, n.primary_label AS primary, count(*) AS entities
