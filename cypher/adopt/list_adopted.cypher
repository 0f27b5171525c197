// The nodes that are adopted, those that have lost all that they were given among them.
// Returns: elements
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NOT NULL OR n.sources IS NULL
RETURN collect(elementId(n)) AS elements
