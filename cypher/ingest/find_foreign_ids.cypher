// Which of these ids nodes of others have that are labelled Entity too; ours could not be written beside them.
// $ids (list): ids
// Returns: ids
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE NOT n:Vlkge
RETURN collect(id) AS ids
