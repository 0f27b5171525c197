// The sizes of the strata of a relation's undecided links, and the sampling weight that their links have.
// $relation (string): the relation
// $bands (list): one map per band of priority: band, low (at least), high (below)
// Returns: band, links, weight (null where no link of the band has one)
UNWIND $bands AS step
MATCH ()-[p:PREDICTED {vlkge: true}]->()
USING INDEX SEEK p:PREDICTED(relation, state, verdict, priority, key)
WHERE p.relation = $relation AND p.state = 'current' AND p.verdict = 'pending'
  AND p.priority >= step.low AND p.priority < step.high AND p.key IS NOT NULL
RETURN step.band AS band, count(p) AS links, max(p.sampling_weight) AS weight
