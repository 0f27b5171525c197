// The names of properties that hold dates.
// $pattern (string): what such a name looks like
// Returns: names
CALL db.propertyKeys() YIELD propertyKey
WHERE propertyKey =~ $pattern
RETURN collect(propertyKey) AS names
