// To version 2: indexes over probabilities took this one's place.
DROP INDEX predicted_link IF EXISTS
