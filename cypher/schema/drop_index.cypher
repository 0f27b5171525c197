// Drop an index where there is one.
// $name (string): its name
DROP INDEX $name IF EXISTS
