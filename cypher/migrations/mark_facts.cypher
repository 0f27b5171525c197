// To version 4: give facts our mark. Those are ours between entities that have all that we write to a fact.
MATCH (:Entity:Vlkge)-[r]->(:Entity:Vlkge)
WHERE type(r) <> 'PREDICTED' AND r.vlkge IS NULL AND r.split IN ['train', 'val', 'test']
  AND r.sources IS :: LIST<STRING NOT NULL> NOT NULL AND r.asserted_at IS :: ZONED DATETIME NOT NULL
CALL (r) {
  SET r.vlkge = true
} IN TRANSACTIONS OF 10000 ROWS
