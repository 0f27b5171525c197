// Whether the graph holds an entity such as an ingest or an adoption wrote before there were marks.
// Returns: holds
RETURN EXISTS {
  MATCH (n:Entity)
  WHERE n.id IS :: STRING NOT NULL AND n.sources IS :: LIST<STRING NOT NULL> NOT NULL
    AND n.updated_at IS :: ZONED DATETIME NOT NULL
} AS holds
