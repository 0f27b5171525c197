// The keys of undecided links whose heads have a fact of one relation about one entity, such as the works created by an
// artist, the likeliest first.
// $entity (string): the entity's id
// $via (string): the relation of that fact
// $relation (string): links of this relation only, or null
// $low (float): at least this priority
// $high (float): at most this priority
// $limit (integer): maximum number of rows
// Returns: key
MATCH (:Entity:Vlkge {id: $entity})<-[f {vlkge: true}]-(h:Entity)
WHERE type(f) = $via
WITH DISTINCT h
MATCH (h)-[p:PREDICTED {vlkge: true, state: 'current', verdict: 'pending'}]->()
WHERE ($relation IS NULL OR p.relation = $relation) AND $low <= p.priority <= $high
RETURN p.key AS key
ORDER BY p.priority DESC, key
LIMIT $limit
