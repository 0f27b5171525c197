// How many entities still hold a value of a column that their source no longer has, and that no other source of theirs may have given.
// $source (string): the source's name
// $property (string): what the column is called in the graph
// $holders (list): other sources that may have such a column
// Returns: count
MATCH (x:Entity:Vlkge)
WHERE $source IN x.sources AND x[$property] IS NOT NULL AND none(other IN x.sources WHERE other IN $holders)
RETURN count(x) AS count
