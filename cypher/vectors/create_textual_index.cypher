// The vector index that finds the entities that read alike.
// $dimension (integer): length of the vectors
CREATE VECTOR INDEX entity_textual IF NOT EXISTS FOR (n:Entity) ON n.textual
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine'}}
