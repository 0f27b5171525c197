// Drop the vector index of the modality visual, where there is one.
DROP INDEX entity_visual IF EXISTS
