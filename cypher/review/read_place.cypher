// Where a link stands in each order of the queue.
// $key (string): the link's key
// Returns: key, priority, uncertainty, draw (each null where no run proposed the link or its run did not say)
OPTIONAL MATCH ()-[p:PREDICTED {vlkge: true, key: $key}]->()
USING INDEX SEEK p:PREDICTED(key)
RETURN $key AS key, p.priority AS priority, p.uncertainty AS uncertainty, p.draw AS draw
LIMIT 1
