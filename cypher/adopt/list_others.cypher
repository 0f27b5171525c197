// The nodes of some labels that are not to be entities, and are none that an ingest brought.
// $labels (list): the labels
// $elements (list): element ids of those that are to be
// Returns: elements
MATCH (n)
WHERE any(l IN labels(n) WHERE l IN $labels) AND NOT elementId(n) IN $elements
  AND NOT (n:Vlkge AND n.adopted IS NULL AND n.sources IS NOT NULL)
RETURN collect(elementId(n)) AS elements
