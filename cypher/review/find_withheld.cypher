// An entity that shows a picture and whose rights fit a pattern.
// $digest (string): the picture
// $rights (string): a regular expression
// Returns: id
MATCH (e:Entity:Vlkge)
USING INDEX SEEK e:Entity(image_sha256)
WHERE e.image_sha256 = $digest AND e.rights =~ $rights
RETURN e.id AS id
LIMIT 1
