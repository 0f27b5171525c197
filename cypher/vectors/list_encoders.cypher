// The encoder that is active for each modality.
// Returns: modality, name, digest, dimension
MATCH (e:Encoder:Vlkge)
RETURN e.modality AS modality, e.name AS name, e.digest AS digest, e.dimension AS dimension
ORDER BY modality
