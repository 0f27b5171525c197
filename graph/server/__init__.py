"""The bundled Neo4j: artefacts, process, administration, backup."""
