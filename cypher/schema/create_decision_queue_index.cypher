// The decisions of one queue, such as those about the random sample.
CREATE INDEX decision_queue IF NOT EXISTS FOR (d:Decision) ON (d.queue)
