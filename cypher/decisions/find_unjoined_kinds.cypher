// Links whose ends have kinds that no fact and no prediction of the relation joins. Predicted links are not among them.
// $rows (list): one map per link: key, head, relation, tail
// Returns: head_kind, relation, tail_kind, keys
UNWIND $rows AS row
MATCH (h:Entity:Vlkge {id: row.head})
USING INDEX SEEK h:Entity(id)
MATCH (t:Entity:Vlkge {id: row.tail})
USING INDEX SEEK t:Entity(id)
WITH row, coalesce(h.primary_label, 'Entity') AS head_kind, coalesce(t.primary_label, 'Entity') AS tail_kind
WHERE NOT EXISTS { MATCH ()-[p:PREDICTED {vlkge: true, key: row.key}]->() }
WITH head_kind, row.relation AS relation, tail_kind, collect(row.key) AS keys
WHERE NOT EXISTS {
  MATCH (a:Entity)-[:$(relation) {vlkge: true}]->(b:Entity)
  WHERE coalesce(a.primary_label, 'Entity') = head_kind AND coalesce(b.primary_label, 'Entity') = tail_kind
} AND NOT EXISTS {
  MATCH (a:Entity)-[p:PREDICTED {vlkge: true}]->(b:Entity)
  WHERE p.relation = relation AND p.state IN ['current', 'stale']
    AND p.verdict IN ['pending', 'accepted', 'rejected', 'opinion', 'contested']
    AND coalesce(a.primary_label, 'Entity') = head_kind AND coalesce(b.primary_label, 'Entity') = tail_kind
}
RETURN head_kind, relation, tail_kind, keys
