// A graph that version 2 of the schema wrote (commit 41cec64), with nodes and relationships of others amid it.
;
CREATE CONSTRAINT `decision_id` FOR (n:`Decision`) REQUIRE (n.`id`) IS UNIQUE
;
CREATE CONSTRAINT `decision_number` FOR (n:`Decision`) REQUIRE (n.`key`, n.`number`) IS UNIQUE
;
CREATE CONSTRAINT `doubt_key` FOR (n:`Doubt`) REQUIRE (n.`key`) IS UNIQUE
;
CREATE CONSTRAINT `encoder_modality` FOR (n:`Encoder`) REQUIRE (n.`modality`) IS UNIQUE
;
CREATE CONSTRAINT `entity_id` FOR (n:`Entity`) REQUIRE (n.`id`) IS UNIQUE
;
CREATE CONSTRAINT `model_alias` FOR (n:`Model`) REQUIRE (n.`alias`) IS UNIQUE
;
CREATE CONSTRAINT `model_version` FOR (n:`Model`) REQUIRE (n.`version`) IS UNIQUE
;
CREATE CONSTRAINT `predicted_key` FOR ()-[r:`PREDICTED`]-() REQUIRE (r.`key`) IS UNIQUE
;
CREATE CONSTRAINT `prediction_run_id` FOR (n:`PredictionRun`) REQUIRE (n.`id`) IS UNIQUE
;
CREATE CONSTRAINT `schema_of` FOR (n:`Schema`) REQUIRE (n.`of`) IS UNIQUE
;
CREATE RANGE INDEX `decision_batch` FOR (n:`Decision`) ON (n.`batch`)
;
CREATE RANGE INDEX `decision_person` FOR (n:`Decision`) ON (n.`by`, n.`at`)
;
CREATE RANGE INDEX `decision_relation` FOR (n:`Decision`) ON (n.`relation`)
;
CREATE RANGE INDEX `decision_time` FOR (n:`Decision`) ON (n.`at`)
;
CREATE RANGE INDEX `doubt_relation` FOR (n:`Doubt`) ON (n.`relation`, n.`likelier`, n.`key`)
;
CREATE FULLTEXT INDEX `entity_text` FOR (n:`Entity`) ON EACH [n.`name`, n.`text`] OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-no-stop-words',`fulltext.eventually_consistent`: false}}
;
CREATE VECTOR INDEX `entity_textual` FOR (n:`Entity`) ON (n.`textual`) OPTIONS {indexConfig: {`vector.dimensions`: 2,`vector.hnsw.ef_construction`: 100,`vector.hnsw.m`: 16,`vector.quantization.enabled`: false,`vector.similarity_function`: 'COSINE'}}
;
CREATE RANGE INDEX `predicted_draw` FOR ()-[r:`PREDICTED`]-() ON (r.`state`, r.`verdict`, r.`draw`)
;
CREATE RANGE INDEX `predicted_movement` FOR ()-[r:`PREDICTED`]-() ON (r.`state`, r.`verdict`, r.`moved`, r.`key`)
;
CREATE RANGE INDEX `predicted_probability` FOR ()-[r:`PREDICTED`]-() ON (r.`state`, r.`verdict`, r.`probability`, r.`key`)
;
CREATE RANGE INDEX `predicted_relation_probability` FOR ()-[r:`PREDICTED`]-() ON (r.`relation`, r.`state`, r.`verdict`, r.`probability`, r.`key`)
;
CREATE RANGE INDEX `predicted_relation_uncertainty` FOR ()-[r:`PREDICTED`]-() ON (r.`relation`, r.`state`, r.`verdict`, r.`uncertainty`, r.`key`)
;
CREATE RANGE INDEX `predicted_uncertainty` FOR ()-[r:`PREDICTED`]-() ON (r.`state`, r.`verdict`, r.`uncertainty`, r.`key`)
;
CREATE (n0:Entity:Work:Painting {adopted: ["id", "name"], id: "P1", inventory: "P1", name: "Gas", primary_label: "Painting", sources: ["adopted"], textual: [1.0, 2.0], textual_digest: "324db131d10448124f75cda85482d8de01044bbbb7625333c1d0f097f4683a9a", title: "Gas", updated_at: datetime("2026-11-28T18:56:31.388000000+00:00")}),
  (n1:Entity:Painter {adopted: ["id", "name"], id: "A1", inventory: "A1", name: "Hopper", sources: ["adopted"], textual: [2.0, 1.0], textual_digest: "81ffac3c3c7748aa5cda0ab33127c917556dee8c3c9d25ede4a30e6d60e2b77f", title: "Hopper", updated_at: datetime("2026-11-28T18:56:31.388000000+00:00")}),
  (n2:Model {name: "Ship model", version: "1:50"}),
  (n3:Decision {id: 7, verdict: "guilty"}),
  (n4:Entity:Company {name: "No id"}),
  (n5:Schema {of: "vlkge", updated_at: datetime("2026-11-28T18:56:31.332000000+00:00"), version: 2}),
  (n6:Entity:Dealer {id: "shop", name: "Rehn Gallery", sources: ["dealers"], textual: [1.0, 1.0], textual_digest: "4f06e16751c8c73f6b983ff48b71a6aa2da8234633268f47f3b662f56a2c8f29", updated_at: datetime("2026-11-28T18:56:31.919000000+00:00")}),
  (n7:Entity:Place {id: "fair", name: "A fair", sources: ["dealers"], textual: [1.0, 1.0], textual_digest: "a0d033900c528f685de6e14829023dbc03c9c8433270a98e212c9f75769fe035", updated_at: datetime("2026-11-28T18:56:31.919000000+00:00")}),
  (n8:Encoder {digest: "abc", dimension: 2, modality: "textual", name: "net"}),
  (n9:Model {alias: "champion", config: "{}", created_at: datetime("2026-11-28T18:56:32.263000000+00:00"), data_fingerprint: "f00d", encoders: "{}", metrics: "{\"test_mrr\": 0.5}", promoted_at: datetime("2026-11-28T18:56:32.263000000+00:00"), scorer: "distmult", test_mrr: 0.5, version: "v1"}),
  (n10:Model {config: "{}", created_at: datetime("2026-11-28T18:56:32.306000000+00:00"), data_fingerprint: "f00d", encoders: "{}", metrics: "{\"test_mrr\": 0.4}", scorer: "distmult", test_mrr: 0.4, version: "v2"}),
  (n11:PredictionRun {columns: ["probability", "uncertainty", "calibrated_on"], counts: "{\"PAINTED_BY\": {\"current\": 1, \"stale\": 0, \"decided\": 0, \"facts\": 0}, \"SOLD_AT\": {\"current\": 1, \"stale\": 0, \"decided\": 0, \"facts\": 0}}", current: 2, decided: 0, facts: 0, finished_at: datetime("2026-11-28T18:56:34.880000000+00:00"), id: "one", links_digest: "5cf6fc1d0738594c86b20d3e9457a163d1602070935137431bd5e19c9fef8aba", model_version: "v1", stale: 0, started_at: datetime("2026-11-28T18:56:32.742000000+00:00"), state: "complete"}),
  (n12:Decision {at: datetime("2026-11-28T18:56:35.428000000+00:00"), by: "ana", head: "shop", id: "d1", key: "[\"shop\",\"PAINTED_BY\",\"A1\"]", model_version: "v1", number: 1, probability: 0.9, queue: "review", relation: "PAINTED_BY", run_id: "one", tail: "A1", verdict: "accepted"}),
  (n13:Decision {at: datetime("2026-11-28T18:56:35.428000000+00:00"), by: "ana", head: "P1", id: "d2", key: "[\"P1\",\"SOLD_AT\",\"fair\"]", model_version: "v1", number: 1, probability: 0.4, queue: "review", relation: "SOLD_AT", run_id: "one", tail: "fair", verdict: "rejected"}),
  (n14:Doubt {candidates: 2, created_at: datetime("2026-11-28T18:56:36.054000000+00:00"), head: "shop", key: "[\"shop\",\"SOLD_AT\",\"fair\"]", likelier: 0.9, model_version: "v1", other: "A1", other_share: 0.9, rank: 2, relation: "SOLD_AT", share: 0.1, tail: "fair"}),
  (n0)-[:PAINTED_BY {asserted_at: datetime("2026-11-28T18:56:31.644000000+00:00"), sources: ["adopted"], split: "train"}]->(n1),
  (n0)-[:SEEN_BY {sources: ["door"], split: "train"}]->(n1),
  (n0)-[:PREDICTED {by: "critic", score: 1.0}]->(n1),
  (n6)-[:SOLD_AT {asserted_at: datetime("2026-11-28T18:56:31.963000000+00:00"), sources: ["dealers"], split: "train"}]->(n7),
  (n11)-[:OF {}]->(n9),
  (n6)-[:PREDICTED {created_at: datetime("2026-11-28T18:56:34.593000000+00:00"), draw: 0.13507646072677582, key: "[\"shop\",\"PAINTED_BY\",\"A1\"]", model_version: "v1", probability: 0.9, rank: 1, relation: "PAINTED_BY", run_id: "one", score: 2.0, state: "current", uncertainty: 0.4689955935892811, verdict: "accepted"}]->(n1),
  (n0)-[:PREDICTED {created_at: datetime("2026-11-28T18:56:34.854000000+00:00"), draw: 0.7640138081337264, key: "[\"P1\",\"SOLD_AT\",\"fair\"]", model_version: "v1", probability: 0.4, rank: 1, relation: "SOLD_AT", run_id: "one", score: 1.0, state: "current", uncertainty: 0.9709505944546686, verdict: "rejected"}]->(n7),
  (n6)-[:PAINTED_BY {asserted_at: datetime("2026-11-28T18:56:35.641000000+00:00"), sources: ["prediction"], split: "train"}]->(n1)
