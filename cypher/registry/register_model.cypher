// Registers a trained model, or updates the figures of one that is registered; the first becomes champion.
// $version (string): its name
// $fixed (map): what a version never changes: scorer, config, data_fingerprint, encoders
// $origin (map): how it came about: git_commit, warm_start
// $figures (map): metrics as JSON, and the headline numbers one by one
MERGE (m:Model:Vlkge {version: $version})
ON CREATE SET m += $fixed, m += $origin, m.created_at = datetime()
SET m += $figures
WITH m
WHERE NOT EXISTS { (:Model:Vlkge {alias: 'champion'}) }
SET m.alias = 'champion', m.promoted_at = datetime()
