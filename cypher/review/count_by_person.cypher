// What each person decided, of each kind, opinions among it. How many links others decided too, and how many of these
// alike, by the newest verdict of each. Reads all decisions, or the newest ones.
// $scanned (integer from 1) = null: maximum number of newest decisions that are counted; null: all
// Returns: by, decisions, accepted, rejected, undone, shared, agreed, newest
MATCH (d:Decision:Vlkge)
USING INDEX d:Decision(at)
WHERE d.at IS NOT NULL
WITH d ORDER BY d.at DESC LIMIT coalesce($scanned, 9223372036854775807)
WITH d ORDER BY d.key, d.number
WITH d.by AS by, d.key AS key, collect(d) AS own
WITH by, key, own,
  CASE own[-1].verdict WHEN 'for' THEN 'accepted' WHEN 'against' THEN 'rejected' ELSE own[-1].verdict END AS last
WITH by, key, own, last, [v IN COLLECT {
  MATCH (o:Decision:Vlkge {key: key})
  USING INDEX SEEK o:Decision(key, number)
  WHERE o.number IS NOT NULL AND o.by <> by
  WITH o ORDER BY o.number
  WITH o.by AS other, collect(o.verdict)[-1] AS verdict
  RETURN CASE verdict WHEN 'for' THEN 'accepted' WHEN 'against' THEN 'rejected' ELSE verdict END
} WHERE v <> 'undone'] AS others
WITH by, own, last, size(others) > 0 AND last <> 'undone' AS shared, all(v IN others WHERE v = last) AS same
RETURN by, sum(size(own)) AS decisions,
  sum(size([d IN own WHERE d.verdict IN ['accepted', 'for']])) AS accepted,
  sum(size([d IN own WHERE d.verdict IN ['rejected', 'against']])) AS rejected,
  sum(size([d IN own WHERE d.verdict = 'undone'])) AS undone,
  sum(CASE WHEN shared THEN 1 ELSE 0 END) AS shared,
  sum(CASE WHEN shared AND same THEN 1 ELSE 0 END) AS agreed, max(own[-1].at) AS newest
ORDER BY decisions DESC, by
