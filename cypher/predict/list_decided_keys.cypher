// The links of a relation about which a decision stands or opinions are open, whether or not they were ever predicted.
// $relation (string): the relation
// Returns: key
MATCH (d:Decision:Vlkge {relation: $relation})
WITH d.key AS key, max([d.number, coalesce(d.waiting, d.verdict)]) AS newest
WHERE newest[1] <> 'undone'
RETURN key
