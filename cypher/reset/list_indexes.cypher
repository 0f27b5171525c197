// The names of the indexes, and of the constraints that own one, that the database has.
// Returns: name, constraint
SHOW INDEXES YIELD name, owningConstraint
RETURN name, owningConstraint AS constraint
