// Nodes of others that have a value which ours need, and which a constraint of ours allows one node to have.
// Returns: what, value, count
MATCH (n:Model {alias: 'champion'})
WHERE NOT n:Vlkge
RETURN 'Model.alias' AS what, n.alias AS value, count(*) AS count
UNION ALL
MATCH (n:Encoder)
WHERE n.modality IN ['visual', 'textual'] AND NOT n:Vlkge
RETURN 'Encoder.modality' AS what, n.modality AS value, count(*) AS count
