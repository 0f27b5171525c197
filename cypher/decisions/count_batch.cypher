// How many decisions a person's batch has.
// $batch (string): the batch
// $by (string): whose it is
// Returns: decisions
MATCH (d:Decision:Vlkge {batch: $batch, by: $by})
RETURN count(d) AS decisions
