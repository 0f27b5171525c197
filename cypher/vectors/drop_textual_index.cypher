// Drop the vector index of the modality textual, where there is one.
DROP INDEX entity_textual IF EXISTS
