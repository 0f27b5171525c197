// Whether a database is open, and, where it is not, why; asked of the database `system`.
// $name (string): the database's name
// Returns: status, message
SHOW DATABASES YIELD name, currentStatus, statusMessage
WHERE name = $name
RETURN currentStatus AS status, statusMessage AS message
