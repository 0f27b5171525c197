// Where an entity's picture is from, and whether its rights keep it off the page.
// $id (string): its id
// $rights (string) = null: a regular expression of rights that are not shown
// Returns: image, picture, withheld
MATCH (e:Entity:Vlkge {id: $id})
RETURN e.image AS image, e.image_sha256 AS picture, coalesce(e.rights =~ $rights, false) AS withheld
