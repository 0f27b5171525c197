// Keeps the gate's result for a model.
// $version (string): the model
// $verdict (string): the verdict, as JSON
MATCH (m:Model:Vlkge {version: $version})
SET m.verdict = $verdict
