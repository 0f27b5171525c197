// The pictures in the store that entities refer to, at most so many.
// $limit (integer) = 1000: at most so many
// Returns: digests
MATCH (n:Entity)
WHERE n.image_sha256 IS NOT NULL
WITH DISTINCT n.image_sha256 AS digest LIMIT $limit
RETURN collect(digest) AS digests
