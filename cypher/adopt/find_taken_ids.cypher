// Which of these ids nodes labelled Entity have that were not adopted.
// $ids (list): ids that are to be given out
// Returns: ids
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.adopted IS NULL OR NOT n:Vlkge
RETURN collect(id) AS ids
