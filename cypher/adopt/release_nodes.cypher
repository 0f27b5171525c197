// Take from adopted nodes our labels and every property that adopting or later work gave them.
// $elements (list) = null: element ids of some of them; null for all
MATCH (n:Entity:Vlkge)
WHERE (n.adopted IS NOT NULL OR n.sources IS NULL) AND ($elements IS NULL OR elementId(n) IN $elements)
CALL (n) {
  FOREACH (key IN coalesce(n.adopted, []) | SET n[key] = null)
  REMOVE n:Entity:Vlkge, n.adopted, n.adopted_as, n.primary_label, n.sources, n.value_sources, n.updated_at, n.held_out,
         n.image_sha256, n.visual, n.visual_digest, n.textual, n.textual_digest
} IN TRANSACTIONS OF 5000 ROWS
