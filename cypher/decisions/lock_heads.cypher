// Makes others that decide about links of the same heads wait until this transaction ends, so that each sees what the
// other decided. A property that is set and removed again is how a transaction takes the lock of a node.
// $ids (list): ids of entities, in one order for everybody
// Returns: id
UNWIND $ids AS id
MATCH (h:Entity:Vlkge {id: id})
USING INDEX SEEK h:Entity(id)
SET h._decision_lock = true
REMOVE h._decision_lock
RETURN id
