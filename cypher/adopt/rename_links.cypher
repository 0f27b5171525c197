// Give predicted links the keys of their ends' ids.
// $rows (list): one map per link: element, new (the key)
UNWIND $rows AS row
MATCH ()-[p:PREDICTED {vlkge: true}]->()
WHERE elementId(p) = row.element
SET p.key = row.new
