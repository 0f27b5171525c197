// The decisions about some entities.
// $ids (list): ids as they were
// Returns: element, head, relation, tail, number
MATCH (d:Decision:Vlkge)
WHERE d.head IN $ids OR d.tail IN $ids
RETURN elementId(d) AS element, d.head AS head, d.relation AS relation, d.tail AS tail, d.number AS number
