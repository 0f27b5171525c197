// Take a label that said nothing away from entities that have a better one now, which becomes their kind.
// $rows (list): one map per entity: id, label (the better one)
// $former (string): the label that goes
UNWIND $rows AS row
MATCH (n:Entity:Vlkge {id: row.id})
USING INDEX SEEK n:Entity(id)
SET n.primary_label = row.label
REMOVE n:$($former)
