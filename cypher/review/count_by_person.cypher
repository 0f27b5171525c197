// What each person decided, of each kind; how many links others decided too, and how many of these alike, by the newest
// verdict of each. Reads all decisions.
// Returns: by, decisions, accepted, rejected, undone, shared, agreed, newest
MATCH (d:Decision:Vlkge)
WITH d ORDER BY d.key, d.number
WITH d.by AS by, d.key AS key, collect(d) AS own
WITH by, key, own, own[-1].verdict AS last
WITH by, key, own, last, [v IN COLLECT {
  MATCH (o:Decision:Vlkge {key: key})
  USING INDEX SEEK o:Decision(key, number)
  WHERE o.number IS NOT NULL AND o.by <> by
  WITH o ORDER BY o.number
  WITH o.by AS other, collect(o.verdict)[-1] AS verdict
  RETURN verdict
} WHERE v <> 'undone'] AS others
WITH by, own, last, size(others) > 0 AND last <> 'undone' AS shared, all(v IN others WHERE v = last) AS same
RETURN by, sum(size(own)) AS decisions,
  sum(size([d IN own WHERE d.verdict = 'accepted'])) AS accepted,
  sum(size([d IN own WHERE d.verdict = 'rejected'])) AS rejected,
  sum(size([d IN own WHERE d.verdict = 'undone'])) AS undone,
  sum(CASE WHEN shared THEN 1 ELSE 0 END) AS shared,
  sum(CASE WHEN shared AND same THEN 1 ELSE 0 END) AS agreed, max(own[-1].at) AS newest
ORDER BY decisions DESC, by
