// Take a column away from the facts whose source no longer has it, where no other source of theirs may have given it.
// $source (string): the source's name
// $column (string): the column
// $property (string): what it is called in the graph
// $holders (list): other sources that may have such a column
MATCH (:Entity:Vlkge)-[x {vlkge: true}]->(:Entity)
WHERE $source IN x.sources AND x[$property] IS NOT NULL AND none(other IN x.sources WHERE other IN $holders)
CALL (x) {
  SET x[$property] = null, x.value_sources = [entry IN x.value_sources WHERE NOT entry STARTS WITH $column + '\t']
} IN TRANSACTIONS OF 10000 ROWS
