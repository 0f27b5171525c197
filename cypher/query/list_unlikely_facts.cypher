// Recorded facts that the model finds unlikely, as `vlkge detect-errors` left them, the least likely first, and what it would
// rather say. Facts that are no longer recorded, and those that somebody accepted, are left out.
// $relation (string): the relation
// $least (float) = 0.0: only facts ranked below at least this share of the relation's facts
// $limit (integer from 1) = 20: maximum number of rows
// $after_likelier (float) = 1.0: for the next page: `likelier` of the last row
// $after_key (string) = "": for the next page: the key of the last row
// Returns: head, head_name, tail, tail_name, likelier, rank, share, other, other_name, other_share, sources, model_version, key
MATCH (d:Doubt:Vlkge)
USING INDEX SEEK d:Doubt(relation, likelier, key)
WHERE d.relation = $relation AND $least <= d.likelier <= $after_likelier AND d.key IS NOT NULL
  AND (d.likelier < $after_likelier OR d.key < $after_key)
MATCH (h:Entity:Vlkge {id: d.head})
CALL (d, h) {
  MATCH (h)-[f:$($relation) {vlkge: true}]->(t:Entity)
  WHERE t.id = d.tail AND NOT EXISTS {
    MATCH (a:Decision:Vlkge)
    USING INDEX SEEK a:Decision(key, number)
    WHERE a.key = d.key AND a.number IS NOT NULL AND a.verdict = 'accepted'
      AND (NOT EXISTS {
        MATCH (n:Decision:Vlkge {key: a.key})
        USING INDEX SEEK n:Decision(key, number)
        WHERE n.number > a.number
      } OR EXISTS {
        MATCH (n:Decision:Vlkge {key: a.key})
        USING INDEX SEEK n:Decision(key, number)
        WHERE n.number > a.number AND a.id IN n.opinions
      })
  }
  RETURN t, collect(f.sources) AS asserted
}
WITH d, h, t, reduce(all = [], some IN asserted | all + [s IN some WHERE NOT s IN all]) AS sources
ORDER BY d.relation DESC, d.likelier DESC, d.key DESC
LIMIT $limit
OPTIONAL MATCH (o:Entity:Vlkge {id: d.other})
RETURN h.id AS head, h.name AS head_name, t.id AS tail, t.name AS tail_name, d.likelier AS likelier, d.rank AS rank,
  d.share AS share, d.other AS other, o.name AS other_name, d.other_share AS other_share, sources,
  d.model_version AS model_version, d.key AS key
