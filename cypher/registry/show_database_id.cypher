// What tells this database from all others; a new store has a new one.
// Returns: id
CALL db.info() YIELD id
RETURN id
