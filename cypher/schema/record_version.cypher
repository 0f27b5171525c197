// Note the version of the schema that this graph was brought to.
// $version (integer): the version
MERGE (s:Schema {of: 'vlkge'})
SET s:Vlkge, s.version = $version, s.updated_at = datetime()
