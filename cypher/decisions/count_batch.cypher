// How many decisions a batch has.
// $batch (string): the batch
// Returns: decisions
MATCH (d:Decision {batch: $batch})
RETURN count(d) AS decisions
