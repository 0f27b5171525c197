// What a person declared of relations last; no row where nobody did.
// Returns: declared (as JSON)
MATCH (s:Schema:Vlkge {of: 'patterns'})
RETURN s.declared AS declared
