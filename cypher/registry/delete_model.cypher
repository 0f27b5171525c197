// Deletes a model's node unless it is or was the champion.
// $version (string): the model
// Returns: deleted
MATCH (m:Model:Vlkge {version: $version})
WHERE m.alias IS NULL AND m.promoted_at IS NULL
DETACH DELETE m
RETURN count(*) AS deleted
