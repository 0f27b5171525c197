// Add to the record of the indexes and constraints that are ours; done before they are created.
// $indexes (list): names with definitions, such as "entity_id UNIQUE Entity(id)"
MERGE (s:Schema {of: 'vlkge'})
SET s:Vlkge, s.indexes = [known IN coalesce(s.indexes, []) WHERE NOT known IN $indexes] + $indexes
