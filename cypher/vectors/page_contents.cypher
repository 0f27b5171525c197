// What the next entities have to encode and what their vector was made from, as lists in the order of ids.
// $after (string) = "": the last id of the page before
// $limit (integer) = 10000: maximum number of entities
// $property (string): the property that holds the vector: visual or textual
// $digest_property (string): the property that says what the vector was made from
// $withheld (string) = null: a regular expression; the picture of an entity whose rights fit it is as if there were none
// Returns: ids, names, texts, images, digests, vectors
MATCH (n:Entity:Vlkge)
WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $limit
RETURN collect(n.id) AS ids, collect(coalesce(n.name, '')) AS names, collect(coalesce(n.text, '')) AS texts,
       collect(CASE WHEN coalesce(n.rights =~ $withheld, false) THEN '' ELSE coalesce(n.image_sha256, '') END) AS images, collect(coalesce(n[$digest_property], '')) AS digests,
       collect(n[$property] IS NOT NULL) AS vectors
