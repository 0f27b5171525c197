// Makes one model the champion in place of the one that is.
// $version (string): the model
// Returns: version
MATCH (m:Model {version: $version})
OPTIONAL MATCH (old:Model {alias: 'champion'})
SET old.alias = null
SET m.alias = 'champion'
RETURN m.version AS version
