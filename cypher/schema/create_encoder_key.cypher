// At most one encoder is active per modality.
CREATE CONSTRAINT encoder_modality IF NOT EXISTS FOR (e:Encoder) REQUIRE e.modality IS UNIQUE
