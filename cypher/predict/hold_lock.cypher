// Takes the lock of publishing: an uncommitted node under the unique constraint on run ids, for which any other
// transaction that wants the same node waits. It is never committed, so it vanishes with its transaction, that is
// also when its writer dies. Run again in the same transaction it shows that the lock is still held.
// $name (string): the name of the lock
MERGE (:PredictionRun:Vlkge {id: $name})
