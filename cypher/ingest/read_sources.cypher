// What the graph remembers of each source.
// Returns: name, place, folder, entity_columns, fact_columns, mapping
MATCH (s:Schema:Vlkge)
WHERE s.of STARTS WITH 'source '
RETURN s.name AS name, s.place AS place, s.folder AS folder, s.entity_columns AS entity_columns,
       s.fact_columns AS fact_columns, s.mapping AS mapping
ORDER BY place, name
