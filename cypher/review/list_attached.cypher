// The keys of undecided links whose heads have a fact about one entity, such as the works of an artist, the
// likeliest first.
// $entity (string): the entity's id
// $relation (string): links of this relation only, or null
// $low (float): at least this priority
// $high (float): at most this priority
// $limit (integer): maximum number of rows
// Returns: key
MATCH (:Entity:Vlkge {id: $entity})<-[f {vlkge: true}]-(h:Entity)
WHERE type(f) <> 'PREDICTED'
WITH DISTINCT h
MATCH (h)-[p:PREDICTED {vlkge: true, state: 'current', verdict: 'pending'}]->()
WHERE ($relation IS NULL OR p.relation = $relation) AND $low <= p.priority <= $high
RETURN p.key AS key
ORDER BY p.priority DESC, key
LIMIT $limit
