// To version 4: give our mark to what joins a run with its model.
MATCH (:PredictionRun:Vlkge)-[r:OF]->(:Model:Vlkge)
WHERE r.vlkge IS NULL
SET r.vlkge = true
