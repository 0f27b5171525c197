// Delete the record of our schema: its version, and which indexes were ours. The last step of a reset. Where a node with our
// mark stays, so does the version, which says whose mark that is.
MATCH (s:Schema:Vlkge {of: 'vlkge'})
WITH s, EXISTS { MATCH (n:Vlkge) WHERE n <> s } AS needed
FOREACH (_ IN CASE WHEN needed THEN [1] ELSE [] END | SET s.indexes = null)
FOREACH (_ IN CASE WHEN needed THEN [] ELSE [1] END | DELETE s)
