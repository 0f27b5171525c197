// The record of the indexes and constraints that we created in this graph, each as its name and definition.
// Returns: indexes
MATCH (s:Schema:Vlkge {of: 'vlkge'})
RETURN coalesce(s.indexes, []) AS indexes
