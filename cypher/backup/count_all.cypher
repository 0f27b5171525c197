// How many nodes and relationships the database holds, those of others among them.
// Returns: nodes, relationships
RETURN COUNT { MATCH (n) } AS nodes, COUNT { MATCH ()-[r]->() } AS relationships
