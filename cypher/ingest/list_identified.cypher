// All entities that have one of these properties, or an id that is an address, as lists, one row.
// $properties (list): names of properties that identify
// Returns: ids, values
MATCH (n:Entity:Vlkge)
WHERE any(name IN $properties WHERE n[name] IS NOT NULL) OR n.id STARTS WITH 'http'
RETURN collect(n.id) AS ids, collect([name IN $properties | n[name]]) AS values
