// Nodes and relationships of others that go by our names; they are never touched.
// Returns: name, count
MATCH (n:Entity|Model|PredictionRun|Decision|CuratorNote|CuratorQueue|Doubt|LinkRule|Encoder|Schema)
WHERE NOT n:Vlkge AND NOT (n:Schema AND coalesce(n.of = 'vlkge', false))
UNWIND [l IN labels(n) WHERE l IN ['Entity', 'Model', 'PredictionRun', 'Decision', 'CuratorNote', 'CuratorQueue', 'Doubt', 'LinkRule',
  'Encoder', 'Schema']] AS name
RETURN name, count(*) AS count
UNION ALL
MATCH ()-[p:PREDICTED]->()
WHERE NOT coalesce(p.vlkge = true, false)
WITH count(p) AS count
WHERE count > 0
RETURN 'PREDICTED' AS name, count
