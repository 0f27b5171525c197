// Writes the rules that links cite, or what the newest model counts of them.
// $rows (list): one map per rule: key, relation, path, value, answer, sentence, support, of, confidence
// $model_version (string): the model that learned them
UNWIND $rows AS row
MERGE (r:LinkRule:Vlkge {key: row.key})
SET r += row, r.model_version = $model_version
