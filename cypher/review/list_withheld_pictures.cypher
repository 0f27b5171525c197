// The pictures of entities whose rights fit a pattern. Reads all entities.
// $rights (string): a regular expression
// Returns: digests
MATCH (e:Entity:Vlkge)
WHERE e.image_sha256 IS NOT NULL AND e.rights =~ $rights
RETURN collect(DISTINCT e.image_sha256) AS digests
