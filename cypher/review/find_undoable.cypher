// A person's newest decision that stands: nobody has decided its link again.
// $by (string): the person
// Returns: id
MATCH (d:Decision)
WHERE d.at IS NOT NULL AND d.by = $by AND d.verdict <> 'undone'
  AND NOT EXISTS { MATCH (n:Decision {key: d.key}) WHERE n.number > d.number }
RETURN d.id AS id
ORDER BY d.at DESC
LIMIT 1
