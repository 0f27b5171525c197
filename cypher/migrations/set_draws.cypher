// To version 2: give links their places in the audit's random order.
// $rows (list): one map per link: key, draw
UNWIND $rows AS row
MATCH ()-[p:PREDICTED {key: row.key}]->()
WHERE p.run_id IS NOT NULL AND p.model_version IS NOT NULL
SET p.draw = row.draw
