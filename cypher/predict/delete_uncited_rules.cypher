// Takes away the rules of ours that no predicted link cites any more, whatever its state.
MATCH (r:LinkRule:Vlkge)
WHERE NOT EXISTS {
  MATCH ()-[p:PREDICTED {vlkge: true}]->()
  USING INDEX SEEK p:PREDICTED(rule_key)
  WHERE p.rule_key = r.key
}
DELETE r
