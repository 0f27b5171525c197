// Values that more than one node or relationship has where a constraint of ours would allow one.
// Returns: what, value, count
MATCH (n:Entity) WHERE n.id IS NOT NULL
WITH n.id AS value, count(*) AS count WHERE count > 1
RETURN 'Entity.id' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:Model) WHERE n.version IS NOT NULL
WITH n.version AS value, count(*) AS count WHERE count > 1
RETURN 'Model.version' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:Model) WHERE n.alias IS NOT NULL
WITH n.alias AS value, count(*) AS count WHERE count > 1
RETURN 'Model.alias' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:PredictionRun) WHERE n.id IS NOT NULL
WITH n.id AS value, count(*) AS count WHERE count > 1
RETURN 'PredictionRun.id' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:Decision) WHERE n.id IS NOT NULL
WITH n.id AS value, count(*) AS count WHERE count > 1
RETURN 'Decision.id' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:CuratorNote) WHERE n.id IS NOT NULL
WITH n.id AS value, count(*) AS count WHERE count > 1
RETURN 'CuratorNote.id' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:CuratorQueue) WHERE n.id IS NOT NULL
WITH n.id AS value, count(*) AS count WHERE count > 1
RETURN 'CuratorQueue.id' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:Encoder) WHERE n.modality IS NOT NULL
WITH n.modality AS value, count(*) AS count WHERE count > 1
RETURN 'Encoder.modality' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:Doubt) WHERE n.key IS NOT NULL
WITH n.key AS value, count(*) AS count WHERE count > 1
RETURN 'Doubt.key' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:LinkRule) WHERE n.key IS NOT NULL
WITH n.key AS value, count(*) AS count WHERE count > 1
RETURN 'LinkRule.key' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:Schema) WHERE n.of IS NOT NULL
WITH n.of AS value, count(*) AS count WHERE count > 1
RETURN 'Schema.of' AS what, toStringOrNull(value) AS value, count
UNION ALL
MATCH (n:Decision) WHERE n.key IS NOT NULL AND n.number IS NOT NULL
WITH n.key AS key, n.number AS number, count(*) AS count WHERE count > 1
RETURN 'Decision.key and number' AS what, toStringOrNull(key) AS value, count
UNION ALL
MATCH ()-[p:PREDICTED]->() WHERE p.key IS NOT NULL
WITH p.key AS value, count(*) AS count WHERE count > 1
RETURN 'PREDICTED.key' AS what, toStringOrNull(value) AS value, count
