// The indexes that the database has, those of constraints among them: what each is on, and whether it can be used.
// Returns: name, type, entity, on, properties, constraint, state
SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, owningConstraint, state
WHERE type <> 'LOOKUP'
RETURN name, type, entityType AS entity, labelsOrTypes AS on, properties, owningConstraint IS NOT NULL AS constraint, state
ORDER BY name
