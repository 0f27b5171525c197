// To version 2: give links their places in the audit's random order.
// $rows (list): one map per link: key, draw
UNWIND $rows AS row
MATCH ()-[p:PREDICTED {key: row.key}]->()
SET p.draw = row.draw
