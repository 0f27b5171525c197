// Delete the record of our schema: its version, and which indexes were ours. The last step of a reset.
MATCH (s:Schema:Vlkge)
DELETE s
