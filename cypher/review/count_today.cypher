// How many links a person has decided since a moment, taken back ones left out.
// $by (string): the person
// $since (string): the moment, ISO 8601
// Returns: decisions
MATCH (d:Decision:Vlkge)
USING INDEX SEEK d:Decision(by, at)
WHERE d.by = $by AND d.at >= datetime($since) AND d.verdict <> 'undone'
RETURN count(d) AS decisions
