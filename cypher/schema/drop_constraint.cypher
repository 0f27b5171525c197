// Drop a constraint where there is one.
// $name (string): its name
DROP CONSTRAINT $name IF EXISTS
