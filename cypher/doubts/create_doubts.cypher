// Writes recorded facts that a model finds unlikely. Nothing changes on the facts themselves.
// $rows (list): one map per fact: key, head, tail, likelier, share, rank, candidates, other, other_share
// $relation (string): their relation
// $model_version (string): the model that finds them unlikely
UNWIND $rows AS row
CREATE (d:Doubt:Vlkge {relation: $relation, model_version: $model_version, created_at: datetime()})
SET d += row
