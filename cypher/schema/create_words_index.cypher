// Full-text search over names, texts and ids of entities; letters count without their accents.
CREATE FULLTEXT INDEX entity_words IF NOT EXISTS FOR (n:Entity) ON EACH [n.name, n.text, n.id]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding'}}
