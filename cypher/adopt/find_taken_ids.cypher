// Which of these ids entities have that were not adopted.
// $ids (list): ids that are to be given out
// Returns: ids
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.adopted IS NULL
RETURN collect(id) AS ids
