// Make relationships facts.
// $rows (list): one map per relationship: element, split
UNWIND $rows AS row
MATCH ()-[r]->()
WHERE elementId(r) = row.element
SET r.vlkge = true, r.split = row.split, r.sources = ['adopted'], r.asserted_at = datetime()
