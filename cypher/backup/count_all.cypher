// How many nodes and relationships the database holds, those of others among them; the notes of our schema's version
// and of sources are not counted.
// Returns: nodes, relationships
RETURN COUNT { MATCH (n) WHERE NOT (n:Schema AND (n:Vlkge OR n.of = 'vlkge')) } AS nodes,
       COUNT { MATCH ()-[r]->() } AS relationships
