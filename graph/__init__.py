"""Everything that speaks to Neo4j: the bundled server, loading, exporting, writing back."""
