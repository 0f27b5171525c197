// Take from adopted nodes our labels and every property that adopting or later work gave them.
MATCH (n:Entity:Vlkge)
WHERE n.adopted IS NOT NULL
CALL (n) {
  FOREACH (key IN n.adopted | SET n[key] = null)
  REMOVE n:Entity:Vlkge, n.adopted, n.primary_label, n.sources, n.value_sources, n.updated_at, n.held_out, n.image_sha256,
         n.visual, n.visual_digest, n.textual, n.textual_digest
} IN TRANSACTIONS OF 5000 ROWS
