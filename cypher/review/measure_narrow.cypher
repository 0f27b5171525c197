// About how many links have one answer, or how many facts are about one entity, and how many links there are in all.
// These are the counts that the database keeps: decided links are among them, and what is not ours.
// $near (string): the entity whose facts are counted, or null
// $answer (string): the entity whose links are counted where `near` is null
// Returns: found, links
MATCH (e:Entity:Vlkge {id: coalesce($near, $answer)})
USING INDEX SEEK e:Entity(id)
WITH e, COUNT { (e)<-[:PREDICTED]-() } AS proposed
RETURN CASE WHEN $near IS NULL THEN proposed ELSE COUNT { (e)<--() } - proposed END AS found,
  COUNT { ()-[:PREDICTED]->() } AS links
