// The types of relationships that the database has, or had: Neo4j keeps their names.
// Returns: type
CALL db.relationshipTypes() YIELD relationshipType
RETURN relationshipType AS type
ORDER BY type
