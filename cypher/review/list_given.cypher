// The keys of links that somebody gave to one person, in their own order, in pages: what that person has not decided since,
// and nobody has closed. They need not have been predicted, if somebody has decided them. Those with an end that is gone
// are left out.
// $by (string): the person
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
MATCH (n:CuratorNote:Vlkge {kind: 'assigned'})
WHERE n.assigned_to = $by AND n.closed_at IS NULL AND n.key > $key AND ($relation IS NULL OR n.relation = $relation)
  AND ($answer IS NULL OR n.tail = $answer)
  AND NOT EXISTS {
    MATCH (d:Decision:Vlkge {key: n.key})
    USING INDEX SEEK d:Decision(key, number)
    WHERE d.number IS NOT NULL AND d.by = $by AND d.at >= n.at
  }
MATCH (h:Entity:Vlkge {id: n.head})
USING INDEX SEEK h:Entity(id)
MATCH (t:Entity:Vlkge {id: n.tail})
USING INDEX SEEK t:Entity(id)
OPTIONAL MATCH ()-[p:PREDICTED {vlkge: true, key: n.key}]->()
USING INDEX SEEK p:PREDICTED(key)
WITH DISTINCT n.key AS key, h, p
WHERE $low <= coalesce(p.priority, -1.0) <= $high
  AND (p IS NOT NULL OR EXISTS {
    MATCH (d:Decision:Vlkge {key: key})
    USING INDEX SEEK d:Decision(key, number)
    WHERE d.number IS NOT NULL
  })
  AND ($near IS NULL OR EXISTS { MATCH (h)-[f {vlkge: true}]->(x:Entity:Vlkge {id: $near}) WHERE type(f) <> 'PREDICTED' })
  AND ($label IS NULL OR h.primary_label = $label) AND ($run IS NULL OR p.run_id = $run)
  AND ($pictured IS NULL OR (h.image_sha256 IS NOT NULL) = $pictured)
  AND ($decade IS NULL OR any(name IN $dated WHERE toStringOrNull(h[name]) STARTS WITH $decade))
RETURN key
ORDER BY key
LIMIT $limit
