// Every prediction run has an id of its own.
CREATE CONSTRAINT prediction_run_id IF NOT EXISTS FOR (r:PredictionRun) REQUIRE r.id IS UNIQUE
