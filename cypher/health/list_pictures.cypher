// Some of the pictures in the store that entities refer to.
// $limit (integer) = 1000: maximum number of rows
// Returns: digests
MATCH (n:Entity:Vlkge)
WHERE n.image_sha256 IS NOT NULL
WITH DISTINCT n.image_sha256 AS digest LIMIT $limit
RETURN collect(digest) AS digests
