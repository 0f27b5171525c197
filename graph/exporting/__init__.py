"""From Neo4j to HeteroData, its fingerprint and its file."""
