// Makes one model the champion in place of the one that is, and remembers whose place it took. The champion stays as
// it is.
// $version (string): the model
// Returns: version
MATCH (m:Model:Vlkge {version: $version})
OPTIONAL MATCH (old:Model:Vlkge {alias: 'champion'})
WHERE old <> m
SET old.alias = null
SET m.predecessor = CASE WHEN m.alias IS NULL THEN old.version ELSE m.predecessor END,
    m.promoted_at = CASE WHEN m.alias IS NULL THEN datetime() ELSE m.promoted_at END
SET m.alias = 'champion'
RETURN m.version AS version
