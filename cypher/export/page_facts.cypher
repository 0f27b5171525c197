// The facts that leave the given entities, as lists, one row per relation and split.
// A head is given as its position in $heads, so that it travels as a small number.
// $heads (list): ids of the entities whose facts are read
// $relations (list) = null: only these relations; null for all
// Returns: relation, split, heads, tails
UNWIND range(0, size($heads) - 1) AS position
MATCH (:Entity:Vlkge {id: $heads[position]})-[r {vlkge: true}]->(t:Entity)
WHERE type(r) <> 'PREDICTED' AND ($relations IS NULL OR type(r) IN $relations)
RETURN type(r) AS relation, r.split AS split, collect(position) AS heads, collect(t.id) AS tails
