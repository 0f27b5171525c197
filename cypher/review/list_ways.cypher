// The relations of facts by which a queue can be divided: those of heads of undecided links.
// $scanned (integer) = 500: maximum number of undecided links that are looked at
// Returns: relation
MATCH (h)-[p:PREDICTED {vlkge: true}]->()
USING INDEX SEEK p:PREDICTED(state, verdict, priority, key)
WHERE p.state = 'current' AND p.verdict = 'pending' AND p.priority IS NOT NULL AND p.key IS NOT NULL
WITH h LIMIT $scanned
WITH DISTINCT h
MATCH (h)-[f {vlkge: true}]->(:Entity)
WHERE type(f) <> 'PREDICTED'
WITH type(f) AS relation, count(f) AS facts
RETURN relation
ORDER BY facts DESC, relation
