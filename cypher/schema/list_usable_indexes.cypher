// The indexes that can be used now; those of constraints have the constraint's name.
// Returns: name
SHOW INDEXES YIELD name, state WHERE state = 'ONLINE'
RETURN name
