// What has our mark in a graph that no command of ours has brought to a version. Left out are entities and facts, as a bulk
// import makes them, and encoders beside our record of indexes, which earlier versions wrote into an empty graph.
// Returns: what, count
MATCH (n:Vlkge)
WHERE NOT (n:Entity AND n.id IS NOT NULL AND n.primary_label IS NOT NULL) AND NOT (n:Schema AND coalesce(n.of = 'vlkge', false))
  AND NOT (n:Encoder AND n.modality IN ['visual', 'textual'] AND n.digest IS NOT NULL AND EXISTS {
    MATCH (s:Schema:Vlkge {of: 'vlkge'})
    WHERE s.indexes IS NOT NULL
  })
RETURN ':' + coalesce(head([l IN labels(n) WHERE l <> 'Vlkge']), 'Vlkge') AS what, count(*) AS count ORDER BY what
UNION ALL
MATCH (h)-[r {vlkge: true}]->(t)
WHERE NOT (h:Entity:Vlkge AND t:Entity:Vlkge AND r.split IS NOT NULL AND type(r) <> 'PREDICTED')
RETURN '[:' + type(r) + ']' AS what, count(*) AS count ORDER BY what
