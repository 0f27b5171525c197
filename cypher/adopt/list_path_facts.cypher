// The facts that paths made, by relation.
// $source (string): what such facts have as a source
// Returns: relation, heads, tails
MATCH (h:Entity:Vlkge)-[r {vlkge: true}]->(t:Entity:Vlkge)
WHERE $source IN r.sources
RETURN type(r) AS relation, collect(h.id) AS heads, collect(t.id) AS tails
