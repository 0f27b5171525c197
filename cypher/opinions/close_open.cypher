// Takes from the newest decisions about links what they leave open, before newer ones say it.
// $keys (list): keys of links
UNWIND $keys AS key
MATCH (d:Decision:Vlkge {key: key})
USING INDEX SEEK d:Decision(key, number)
WHERE d.number IS NOT NULL AND d.waiting IS NOT NULL
REMOVE d.waiting, d.opinions
