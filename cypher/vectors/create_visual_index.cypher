// The vector index that finds the entities that look alike.
// $dimension (integer): length of the vectors
CREATE VECTOR INDEX entity_visual IF NOT EXISTS FOR (n:Entity) ON n.visual
// Not quantized: what each line of Neo4j does by default blurs similarities or misses neighbours, and saves no disk.
OPTIONS {indexConfig: {
  `vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine', `vector.quantization.enabled`: false
}}
