// What this project wrote and a reset would take away; adopted nodes and their facts are only given back. Kept are entities
// and records at which others keep something; facts at which others keep properties are left to these.
// $entity_properties (list): the properties of entities that are ours
// $fact_properties (list): the properties of facts that are ours
// $vague (string): the label of what is known to be a thing and no more
// Returns: entities, facts, adopted, adopted_facts, predicted, models, runs, decisions, notes, doubts, rules, encoders, kept, kept_for_relationships, kept_for_properties, kept_records, facts_left
CALL () {
  MATCH (n:Entity:Vlkge)
  WHERE n.adopted IS NOT NULL OR n.sources IS NULL
  RETURN count(n) AS adopted
}
CALL () {
  MATCH (n:Entity:Vlkge)
  WHERE n.adopted IS NULL AND n.sources IS NOT NULL
  WITH EXISTS {
      (n)-[r]-()
      WHERE NOT coalesce(r.vlkge = true, false) OR 'adopted' IN r.sources
        OR (type(r) <> 'PREDICTED' AND any(name IN keys(r) WHERE NOT name IN $fact_properties))
    } AS linked,
    any(name IN keys(n) WHERE NOT name IN $entity_properties) OR any(label IN labels(n)
      WHERE NOT label IN ['Entity', 'Vlkge', $vague, coalesce(n.primary_label, label)]) AS described
  RETURN count(CASE WHEN NOT linked AND NOT described THEN 1 END) AS entities,
         count(CASE WHEN linked OR described THEN 1 END) AS kept,
         count(CASE WHEN linked THEN 1 END) AS kept_for_relationships,
         count(CASE WHEN described THEN 1 END) AS kept_for_properties
}
CALL () {
  MATCH (:Entity:Vlkge)-[r {vlkge: true}]->(:Entity)
  WITH type(r) = 'PREDICTED' AS predicted, 'adopted' IN coalesce(r.sources, []) AS adopted,
       all(name IN keys(r) WHERE name IN $fact_properties) AS ours
  RETURN sum(CASE WHEN predicted THEN 1 ELSE 0 END) AS predicted,
         sum(CASE WHEN adopted AND NOT predicted THEN 1 ELSE 0 END) AS adopted_facts,
         sum(CASE WHEN adopted OR predicted OR NOT ours THEN 0 ELSE 1 END) AS facts,
         sum(CASE WHEN adopted OR predicted OR ours THEN 0 ELSE 1 END) AS facts_left
}
CALL () {
  MATCH (n:Vlkge)
  WHERE NOT n:Entity AND (n.of <> 'vlkge' OR NOT n:Schema)
    AND EXISTS { (n)-[r]-() WHERE NOT coalesce(r.vlkge = true, false) }
  RETURN count(n) AS kept_records
}
CALL () {
  MATCH (m:Model:Vlkge)
  RETURN count(m) AS models
}
CALL () {
  MATCH (r:PredictionRun:Vlkge)
  RETURN count(r) AS runs
}
CALL () {
  MATCH (d:Decision:Vlkge)
  RETURN count(d) AS decisions
}
CALL () {
  MATCH (n:CuratorNote:Vlkge)
  RETURN count(n) AS notes
}
CALL () {
  MATCH (d:Doubt:Vlkge)
  RETURN count(d) AS doubts
}
CALL () {
  MATCH (r:LinkRule:Vlkge)
  RETURN count(r) AS rules
}
CALL () {
  MATCH (e:Encoder:Vlkge)
  RETURN count(e) AS encoders
}
RETURN entities, facts, adopted, adopted_facts, predicted, models, runs, decisions, notes, doubts, rules, encoders, kept,
       kept_for_relationships, kept_for_properties, kept_records, facts_left
