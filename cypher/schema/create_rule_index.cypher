// The links that cite a rule.
CREATE INDEX predicted_rule IF NOT EXISTS FOR ()-[p:PREDICTED]-() ON (p.rule_key)
