// Triples whose newest decision is a rejection.
// Returns: head, relation, tail
MATCH (d:Decision)
WITH d ORDER BY d.at DESC, d.id DESC
WITH d.head AS head, d.relation AS relation, d.tail AS tail, collect(d.verdict)[0] AS verdict
WHERE verdict = 'rejected'
RETURN head, relation, tail
ORDER BY head, relation, tail
