// Records a note about a link; one that is there already stays as it is.
// $id (string): a UUID made by who writes it
// $kind (string): comment, expert (somebody who knows should look), value (an answer
//   that the graph lacks) or assigned (somebody should decide it)
// $key (string): the link's key
// $head (string): the link's head
// $relation (string): its relation
// $tail (string): its tail
// $text (string): what is said
// $by (string): who says it
// $assigned_to (string): who should decide it, or null
// Returns: key, kind, text, by, assigned_to (of the note that has the id now)
MERGE (n:CuratorNote:Vlkge {id: $id})
ON CREATE SET n.kind = $kind, n.key = $key, n.head = $head, n.relation = $relation, n.tail = $tail,
  n.text = $text, n.by = $by, n.at = datetime(), n.assigned_to = $assigned_to
RETURN n.key AS key, n.kind AS kind, n.text AS text, n.by AS by, n.assigned_to AS assigned_to
