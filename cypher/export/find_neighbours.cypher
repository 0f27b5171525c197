// The entities one fact away from the given ones, whichever way the fact points.
// $ids (list): ids of the entities to start from
// $relations (list) = null: walk along these relations only; null for all
// Returns: ids
UNWIND $ids AS id
MATCH (e:Entity:Vlkge {id: id})-[r {vlkge: true}]-(m:Entity)
USING INDEX SEEK e:Entity(id)
WHERE type(r) <> 'PREDICTED' AND ($relations IS NULL OR type(r) IN $relations)
RETURN collect(DISTINCT m.id) AS ids
