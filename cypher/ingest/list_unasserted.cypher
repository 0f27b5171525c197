// The entities that no source asserts any more, and that something of others keeps.
// Returns: id
MATCH (n:Entity:Vlkge)
WHERE n.sources = []
RETURN n.id AS id
