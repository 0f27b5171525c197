// Wait until every index can be used.
// $seconds (integer) = 300: give up after so long
CALL db.awaitIndexes($seconds)
