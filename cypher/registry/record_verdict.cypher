// Keeps what the gate said of a model.
// $version (string): the model
// $verdict (string): the verdict, as JSON
MATCH (m:Model {version: $version})
SET m.verdict = $verdict
