// To version 3: an index over priorities took this one's place.
DROP INDEX predicted_probability IF EXISTS
