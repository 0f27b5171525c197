// The keys of links that wait for a second opinion, or for somebody who settles them, in their own order, in pages. They
// need not have been predicted. Those with an end that is gone are left out.
// $waiting (string): opinion or contested
// $by (string): without those about which this person has an open opinion, or null
// $near (string): only heads with a fact about this entity, or null
// $answer (string): only links to this entity, or null
// $relation (string): links of this relation only, or null
// $label (string): heads of this label only, or null
// $run (string): links of this run only, or null
// $pictured (boolean): true: only heads that have a picture, false: only those that have none; or null
// $decade (string): heads with a date that begins so, such as 189, or null
// $dated (list): the names of the properties that hold dates
// $low (float): at least this priority
// $high (float): at most this priority
// $key (string): for the next page: the key of the last link; empty: from the start
// $limit (integer): maximum number of rows
// Returns: key
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(waiting, key)
WHERE d.waiting = $waiting AND d.key > $key AND ($relation IS NULL OR d.relation = $relation)
  AND ($answer IS NULL OR d.tail = $answer)
  AND ($by IS NULL OR NOT EXISTS {
    MATCH (o:Decision:Vlkge {key: d.key})
    USING INDEX SEEK o:Decision(key, number)
    WHERE o.number IS NOT NULL AND o.by = $by AND o.id IN d.opinions
  })
MATCH (h:Entity:Vlkge {id: d.head})
USING INDEX SEEK h:Entity(id)
MATCH (t:Entity:Vlkge {id: d.tail})
USING INDEX SEEK t:Entity(id)
OPTIONAL MATCH ()-[p:PREDICTED {vlkge: true, key: d.key}]->()
USING INDEX SEEK p:PREDICTED(key)
WITH d, h, p
WHERE $low <= coalesce(p.priority, -1.0) <= $high
  AND ($near IS NULL OR EXISTS { MATCH (h)-[f {vlkge: true}]->(n:Entity:Vlkge {id: $near}) WHERE type(f) <> 'PREDICTED' })
  AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
  AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
  AND ($decade IS NULL OR any(name IN $dated WHERE toStringOrNull(h[name]) STARTS WITH $decade))
RETURN d.key AS key
ORDER BY key
LIMIT $limit
