// Delete what is doubted of some entities.
// $ids (list): their ids as they were
MATCH (d:Doubt:Vlkge)
WHERE d.head IN $ids OR d.tail IN $ids OR d.other IN $ids
DELETE d
