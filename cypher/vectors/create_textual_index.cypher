// The vector index that finds the entities that read alike.
// $dimension (integer): length of the vectors
CREATE VECTOR INDEX entity_textual IF NOT EXISTS FOR (n:Entity) ON n.textual
// Not quantized: what each line of Neo4j does by default blurs similarities or misses neighbours, and saves no disk.
OPTIONS {indexConfig: {
  `vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine', `vector.quantization.enabled`: false
}}
