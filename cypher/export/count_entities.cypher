// How many entities there are that something asserts. Of these, how many adopted ones have lost all that they were given,
// and how many have no id, or one that is no text.
// Returns: entities, wiped, unidentified
MATCH (n:Entity:Vlkge)
WHERE NOT coalesce(n.sources = [], false)
RETURN count(n) AS entities, count(CASE WHEN n.sources IS NULL AND n.primary_label IS NULL THEN 1 END) AS wiped,
       sum(CASE WHEN n.id > '' THEN 0 ELSE 1 END) AS unidentified
