// What unadopting would undo or take away: adopted entities, facts that go back to plain relationships,
// facts that other sources asserted at adopted entities, and predicted links at them.
// Returns: entities, facts, other_facts, predicted
CALL () {
  MATCH (n:Entity)
  WHERE n.adopted IS NOT NULL
  RETURN count(n) AS entities
}
CALL () {
  MATCH (h:Entity)-[r]->(t:Entity)
  WITH 'adopted' IN coalesce(r.sources, []) AS adopted, type(r) = 'PREDICTED' AS predicted,
       h.adopted IS NOT NULL OR t.adopted IS NOT NULL AS touches,
       r.split IS NOT NULL AND r.sources IS NOT NULL AS asserted
  RETURN sum(CASE WHEN adopted THEN 1 ELSE 0 END) AS facts,
         sum(CASE WHEN touches AND asserted AND NOT adopted AND NOT predicted THEN 1 ELSE 0 END) AS other_facts,
         sum(CASE WHEN touches AND predicted THEN 1 ELSE 0 END) AS predicted
}
RETURN entities, facts, other_facts, predicted
