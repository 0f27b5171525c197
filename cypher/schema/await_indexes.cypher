// Wait until every index can be used.
// $seconds (integer) = 300: when to give up
CALL db.awaitIndexes($seconds)
