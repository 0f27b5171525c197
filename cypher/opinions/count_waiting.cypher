// What waits: how many links for a person's second opinion, how many for somebody who settles them, how many were given to
// this person. And the relations on which a second opinion is required.
// $by (string): the person; links about which they have an open opinion are left out
// $limit (integer) = 1000: count no further
// Returns: second, contested, given, relations
CALL () {
  MATCH (d:Decision:Vlkge)
  USING INDEX SEEK d:Decision(waiting, key)
  WHERE d.waiting = 'opinion' AND d.key IS NOT NULL
    AND NOT EXISTS {
      MATCH (o:Decision:Vlkge {key: d.key})
      USING INDEX SEEK o:Decision(key, number)
      WHERE o.number IS NOT NULL AND o.by = $by AND o.id IN d.opinions
    }
  WITH d LIMIT $limit
  RETURN count(d) AS second
}
CALL () {
  MATCH (d:Decision:Vlkge)
  USING INDEX SEEK d:Decision(waiting, key)
  WHERE d.waiting = 'contested' AND d.key IS NOT NULL
    AND NOT EXISTS {
      MATCH (o:Decision:Vlkge {key: d.key})
      USING INDEX SEEK o:Decision(key, number)
      WHERE o.number IS NOT NULL AND o.by = $by AND o.id IN d.opinions
    }
  WITH d LIMIT $limit
  RETURN count(d) AS contested
}
CALL () {
  MATCH (n:CuratorNote:Vlkge {kind: 'assigned'})
  WHERE n.assigned_to = $by AND n.closed_at IS NULL
    AND NOT EXISTS {
      MATCH (d:Decision:Vlkge {key: n.key})
      USING INDEX SEEK d:Decision(key, number)
      WHERE d.number IS NOT NULL AND d.by = $by AND d.at >= n.at
    }
  RETURN count(DISTINCT n.key) AS given
}
OPTIONAL MATCH (s:Schema:Vlkge)
WHERE s.of STARTS WITH 'second opinion ' AND s.closed_at IS NULL
RETURN second, contested, given, collect(s.relation) AS relations
