// The version of the schema that this graph was brought to last; no row if the graph is older than versions.
// Returns: version
MATCH (s:Schema {of: 'vlkge'})
WHERE s.version IS NOT NULL
RETURN s.version AS version
