// What a person did and what waits for them. Their newest decisions that stand: nobody has decided their links again, or
// they are opinions that are open. How many links they have decided since a moment, taken back ones left out. How many
// links wait for their second opinion, to be settled, and as given to them; as their queue, without those that have no card
// any more. The relations that require a second opinion.
// $by (string): the person
// $since (string): the moment, ISO 8601; null counts none
// $newest (integer): maximum number of newest decisions
// $limit (integer) = 1000: count what waits no further
// Returns: newest (maps with the names of both ends), today, second, contested, given, relations
CALL () {
  MATCH (d:Decision:Vlkge)
  USING INDEX SEEK d:Decision(by, at)
  WHERE d.by = $by AND d.at IS NOT NULL AND d.verdict <> 'undone'
    AND (NOT EXISTS {
      MATCH (n:Decision:Vlkge {key: d.key})
      USING INDEX SEEK n:Decision(key, number)
      WHERE n.number > d.number
    } OR EXISTS {
      MATCH (n:Decision:Vlkge {key: d.key})
      USING INDEX SEEK n:Decision(key, number)
      WHERE n.number > d.number AND d.id IN n.opinions
    })
  WITH d
  ORDER BY d.by DESC, d.at DESC
  LIMIT $newest
  OPTIONAL MATCH (h:Entity:Vlkge {id: d.head})
  OPTIONAL MATCH (t:Entity:Vlkge {id: d.tail})
  WITH d, h, t ORDER BY d.at DESC
  RETURN collect({id: d.id, key: d.key, verdict: d.verdict, at: d.at, batch: d.batch, relation: d.relation,
    head_name: coalesce(h.name, d.head), tail_name: coalesce(t.name, d.tail)}) AS newest
}
CALL () {
  MATCH (d:Decision:Vlkge)
  USING INDEX SEEK d:Decision(by, at)
  WHERE d.by = $by AND d.at >= datetime($since) AND d.verdict <> 'undone'
    AND NOT EXISTS {
      MATCH (n:Decision:Vlkge {key: d.key})
      USING INDEX SEEK n:Decision(key, number)
      WHERE n.number > d.number AND (n.undoes = d.id OR (n.by = $by AND n.verdict <> 'undone'))
    }
  RETURN count(d) AS today
}
CALL () {
  MATCH (d:Decision:Vlkge)
  USING INDEX SEEK d:Decision(waiting, key)
  WHERE d.waiting = 'opinion' AND d.key IS NOT NULL
    AND NOT EXISTS {
      MATCH (o:Decision:Vlkge {key: d.key})
      USING INDEX SEEK o:Decision(key, number)
      WHERE o.number IS NOT NULL AND o.by = $by AND o.id IN d.opinions
    }
    AND EXISTS {
      MATCH (h:Entity:Vlkge {id: d.head})
      USING INDEX SEEK h:Entity(id)
    } AND EXISTS {
      MATCH (t:Entity:Vlkge {id: d.tail})
      USING INDEX SEEK t:Entity(id)
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
    AND EXISTS {
      MATCH (h:Entity:Vlkge {id: d.head})
      USING INDEX SEEK h:Entity(id)
    } AND EXISTS {
      MATCH (t:Entity:Vlkge {id: d.tail})
      USING INDEX SEEK t:Entity(id)
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
    AND EXISTS {
      MATCH (h:Entity:Vlkge {id: n.head})
      USING INDEX SEEK h:Entity(id)
    } AND EXISTS {
      MATCH (t:Entity:Vlkge {id: n.tail})
      USING INDEX SEEK t:Entity(id)
    }
    AND (EXISTS {
      MATCH ()-[p:PREDICTED {vlkge: true, key: n.key}]->()
      USING INDEX SEEK p:PREDICTED(key)
    } OR EXISTS {
      MATCH (d:Decision:Vlkge {key: n.key})
      USING INDEX SEEK d:Decision(key, number)
      WHERE d.number IS NOT NULL
    })
  RETURN count(DISTINCT n.key) AS given
}
OPTIONAL MATCH (s:Schema:Vlkge)
WHERE s.of STARTS WITH 'second opinion ' AND s.closed_at IS NULL
RETURN newest, today, second, contested, given, collect(s.relation) AS relations
