// Links that several people decided or gave an opinion on, by the newest verdict of each; who took theirs back said nothing. Reads
// all decisions.
// Returns: relation, people, accepted (a list: whether each of these accepts it)
MATCH (d:Decision:Vlkge)
WITH d ORDER BY d.key, d.number
WITH d.key AS key, d.relation AS relation, d.by AS by, collect(d.verdict)[-1] AS verdict
WHERE verdict <> 'undone'
WITH key, relation, by, verdict ORDER BY key, by
WITH key, relation, collect(by) AS people, collect(verdict IN ['accepted', 'for']) AS accepted
WHERE size(people) > 1
RETURN relation, people, accepted
ORDER BY key
