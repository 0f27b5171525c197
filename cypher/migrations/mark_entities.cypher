// To version 4: give entities our mark and their kind. Those are ours that have what every ingest and adoption wrote.
// Of several labels the first in the alphabet is the kind, as the export took it, unless another is recorded.
MATCH (n:Entity)
WHERE (NOT n:Vlkge OR n.primary_label IS NULL) AND n.id IS :: STRING NOT NULL
  AND n.sources IS :: LIST<STRING NOT NULL> NOT NULL AND n.updated_at IS :: ZONED DATETIME NOT NULL
CALL (n) {
  SET n:Vlkge, n.primary_label = coalesce(n.primary_label, reduce(first = null, l IN labels(n) |
    CASE WHEN l IN ['Entity', 'Vlkge'] THEN first WHEN first IS NULL OR l < first THEN l ELSE first END), 'Entity')
} IN TRANSACTIONS OF 5000 ROWS
