// How many nodes and relationships the database holds, those of others among them; the note of our schema's version
// is not counted.
// Returns: nodes, relationships
RETURN COUNT { MATCH (n) WHERE NOT (n:Schema AND n.of = 'vlkge') } AS nodes,
       COUNT { MATCH ()-[r]->() } AS relationships
