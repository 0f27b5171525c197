// Take a label that said nothing away from entities that have a better one now.
// $ids (list): ids of the entities
// $label (string): the label
UNWIND $ids AS id
MATCH (n:Entity:Vlkge {id: id})
REMOVE n:$($label)
