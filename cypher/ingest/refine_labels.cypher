// Take a label that said nothing away from entities that have a better one now.
// $ids (list): ids of the entities
// $label (string): the label
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
REMOVE n:$($label)
SET n.primary_label = CASE n.primary_label
  WHEN $label THEN coalesce([l IN labels(n) WHERE NOT l IN ['Entity', 'Vlkge']][0], 'Entity') ELSE n.primary_label END
