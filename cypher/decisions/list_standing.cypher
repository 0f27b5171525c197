// Decisions that stand, by who made them, which run had proposed their links, and when: nobody has decided their links
// again, or they are opinions that are open.
// With how many sources record the link beside people.
// $by (string): of this person, or null
// $run (string): about links that this run had proposed, or null
// $since (string): not before this moment, ISO 8601, or null
// $until (string): before this moment, ISO 8601, or null
// Returns: id, head, relation, tail, verdict, by, at, head_name, tail_name, sources, history (the decisions about the link,
// the oldest first; asked: whether it is by that person, about that run and of that time)
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(at)
WHERE d.at >= coalesce(datetime($since), datetime('0001-01-01T00:00:00Z'))
  AND d.at < coalesce(datetime($until), datetime() + duration({days: 1}))
  AND ($by IS NULL OR d.by = $by) AND ($run IS NULL OR d.run_id = $run) AND d.verdict <> 'undone'
  AND (NOT EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number
  } OR EXISTS {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number > d.number AND d.id IN n.opinions
  })
OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
RETURN d.id AS id, d.head AS head, d.relation AS relation, d.tail AS tail, d.verdict AS verdict, d.by AS by, d.at AS at,
  coalesce(h.name, d.head) AS head_name, coalesce(t.name, d.tail) AS tail_name,
  size(reduce(all = [], s IN COLLECT { MATCH (h)-[r:$(d.relation) {vlkge: true}]->(t) RETURN r.sources }
    | all + [name IN coalesce(s, []) WHERE name <> 'prediction'])) AS sources,
  COLLECT {
    MATCH (n:Decision:Vlkge {key: d.key})
    USING INDEX SEEK n:Decision(key, number)
    WHERE n.number IS NOT NULL
    RETURN {id: n.id, by: n.by, verdict: n.verdict, undoes: n.undoes, restores: n.restores,
      asked: ($by IS NULL OR n.by = $by) AND ($run IS NULL OR coalesce(n.run_id = $run, false))
        AND n.at >= coalesce(datetime($since), n.at) AND n.at < coalesce(datetime($until), datetime() + duration({days: 1}))}
    ORDER BY n.number
  } AS history
ORDER BY d.at DESC, id
