// How many facts and decisions came after a moment; opinions, which settle nothing yet, are left out. Reads every fact.
// $since (string): the moment, as ISO 8601 writes it
// Returns: facts, decisions
CALL () {
  MATCH (:Entity:Vlkge)-[f {vlkge: true}]->(:Entity)
  WHERE f.asserted_at > datetime($since)
  RETURN count(f) AS facts
}
CALL () {
  MATCH (d:Decision:Vlkge)
  WHERE d.at > datetime($since) AND NOT coalesce(d.verdict, '') IN ['for', 'against']
  RETURN count(d) AS decisions
}
RETURN facts, decisions
