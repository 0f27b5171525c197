// The indexes that the database has, those of constraints among them, and whether each can be used.
// Returns: name, state
SHOW INDEXES YIELD name, state
RETURN name, state
