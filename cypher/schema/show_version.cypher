// The version of the schema that this graph was brought to last; no row in a graph of before there were versions.
// Returns: version
MATCH (s:Schema {of: 'vlkge'})
RETURN s.version AS version
