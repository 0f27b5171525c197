// Wait until an index holds everything that was written before it was made.
// $name (string): the index's name
// $seconds (integer) = 3600: how long to wait at most
CALL db.awaitIndex($name, $seconds)
