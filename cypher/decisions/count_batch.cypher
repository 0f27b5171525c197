// How many decisions a batch has.
// $batch (string): the batch
// Returns: decisions
MATCH (d:Decision:Vlkge {batch: $batch})
RETURN count(d) AS decisions
