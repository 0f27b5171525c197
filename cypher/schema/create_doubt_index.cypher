// The doubtful facts of one relation, the least likely first.
CREATE INDEX doubt_relation IF NOT EXISTS FOR (d:Doubt) ON (d.relation, d.likelier, d.key)
