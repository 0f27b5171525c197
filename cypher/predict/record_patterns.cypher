// Keeps what a person declared of relations, in place of what was declared before.
// $declared (string): as JSON
MERGE (s:Schema:Vlkge {of: 'patterns'})
SET s.declared = $declared, s.at = datetime()
