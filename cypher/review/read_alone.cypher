// One entity without its facts.
// $id (string): its id
// Returns: entity
MATCH (e:Entity:Vlkge {id: $id})
RETURN e {.*, label: coalesce(e.primary_label, 'Entity'), visual: e.visual IS NOT NULL,
  textual: e.textual IS NOT NULL} AS entity
