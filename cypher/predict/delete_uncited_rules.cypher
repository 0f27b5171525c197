// Takes away the rules of ours that no predicted link cites any more, whatever its state.
MATCH (r:LinkRule)
WHERE r.key IS NOT NULL AND r.model_version IS NOT NULL
  AND NOT EXISTS { MATCH ()-[p:PREDICTED]->() WHERE p.rule_key = r.key }
DELETE r
