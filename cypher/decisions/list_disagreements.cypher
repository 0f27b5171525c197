// Links about which people disagree: the last verdicts of two of them differ. Contested ones: opinions differ, and nobody
// has settled them. And disputes: facts of a source that somebody rejected and nobody has accepted or undone since.
// Returns: head, relation, tail, kind, verdict, by, at, verdicts, sources
MATCH (d:Decision:Vlkge)
WITH d ORDER BY d.key, d.number
WITH d.key AS key, d.by AS by, collect(d) AS own
WITH key, own[-1] AS last
ORDER BY key, last.number
WITH key, collect(last) AS lasts
WITH lasts[-1] AS newest, [d IN lasts WHERE d.verdict <> 'undone'] AS standing,
  coalesce(lasts[-1].waiting, lasts[-1].verdict) AS left
OPTIONAL MATCH (h:Entity:Vlkge {id: newest.head})-[r:$(newest.relation) {vlkge: true}]->
  (t:Entity:Vlkge {id: newest.tail})
WITH newest, standing, left, collect(r) AS facts, [d IN standing | d.verdict] AS verdicts
WITH newest, standing, left,
  reduce(all = [], r IN facts | all + [s IN coalesce(r.sources, ['unknown']) WHERE s <> 'prediction']) AS sources,
  'accepted' IN verdicts AND 'rejected' IN verdicts AS torn
WITH newest, standing, left, sources, torn, left = 'rejected' AND sources <> [] AS disputed
WHERE torn OR disputed OR left = 'contested'
RETURN newest.head AS head, newest.relation AS relation, newest.tail AS tail,
  CASE WHEN disputed THEN 'dispute' WHEN left = 'contested' THEN 'contested' ELSE 'disagreement' END AS kind,
  CASE WHEN left IN ['accepted', 'rejected'] THEN left ELSE newest.verdict END AS verdict, newest.by AS by,
  newest.at AS at, [d IN standing | d.by + ': ' + d.verdict] AS verdicts, sources
ORDER BY at DESC, head, relation, tail
