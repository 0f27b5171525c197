// The vector index that finds the entities that look alike.
// $dimension (integer): length of the vectors
CREATE VECTOR INDEX entity_visual IF NOT EXISTS FOR (n:Entity) ON n.visual
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine'}}
