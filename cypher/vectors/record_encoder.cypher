// Make this encoder the active one of its modality.
// $modality (string): visual or textual
// $name (string): the encoder's name
// $digest (string): digest of its weights and settings
// $dimension (integer): length of its vectors
MERGE (e:Encoder:Vlkge {modality: $modality})
SET e.name = $name, e.digest = $digest, e.dimension = $dimension
