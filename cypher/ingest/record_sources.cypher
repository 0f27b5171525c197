// Remember sources: where they come from, what columns they have, and in which order they are believed.
// $rows (list): one map per source: of, name, place, folder, mapping, entity_columns, fact_columns
UNWIND $rows AS row
MERGE (s:Schema:Vlkge {of: row.of})
SET s.name = row.name, s.place = row.place, s.folder = row.folder, s.entity_columns = row.entity_columns,
    s.fact_columns = row.fact_columns, s.mapping = row.mapping
