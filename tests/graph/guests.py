"""A graph of others that looks like ours wherever it can, and all that a database holds as comparable text."""

from typing import Any

from cypher.prefix import own
from graph.connection import Database

# Nodes and relationships under our labels, our type and our property names, between their own and each other.
LOOK_ALIKES = """
CREATE (ship:Model {version: '1:50', name: 'Ship model'}),
       (:Model {version: '1:72', data_fingerprint: 'hand made', created_at: datetime('2020-01-01T00:00Z')}),
       (court:Decision {id: 7, verdict: 'guilty', at: datetime('2019-05-05T00:00Z'), by: 'judge', key: 'K', number: 1}),
       (weather:PredictionRun {id: 'weather', model_version: 'GFS', state: 'writing', columns: ['rain'],
         started_at: datetime('2030-01-01T00:00Z'), counts: '{}'}),
       (:Doubt {key: 'Thomas', relation: 'PAINTED_BY', likelier: 0.9, head: 'Q1', tail: 'hopper', model_version: 'x'}),
       (:Encoder {modality: 'audio', name: 'mp3', digest: 'd', dimension: 2}), (:Schema {version: 99, of: 'xml'}),
       (firm:Entity:Company {id: 'firm', name: 'Gas works', sources: ['register'], primary_label: 'Company',
         updated_at: datetime('2018-01-01T00:00Z'), adopted: ['id'], image_sha256: 'f00', textual: [1.0, 0.0]}),
       (:Entity:Company {name: 'No id'}),
       (firm)-[:PREDICTED {by: 'analyst', state: 'current', verdict: 'pending', relation: 'PAINTED_BY', key: 'P',
         probability: 0.99, uncertainty: 0.1, draw: 0.0, moved: 0.9, run_id: 'weather', model_version: '1:50'}]->(ship),
       (weather)-[:OF]->(ship), (court)-[:ABOUT]->(ship)
"""
# The owner's relationships at nodes that are adopted.
AT_ADOPTED = """
MATCH (gas:Painting {wikidata: 'Q1'}), (hopper:Painter {id: 'hopper'}), (firm:Company {id: 'firm'})
CREATE (gas)-[:PREDICTED {by: 'critic', state: 'current', verdict: 'pending', relation: 'PAINTED_BY',
         key: '["Q1","PAINTED_BY","hopper"]', probability: 1.0, run_id: 'mine',
         model_version: '1:50', score: 9.0}]->(hopper),
       (gas)-[:CITES {split: 'train', sources: ['thesis'], asserted_at: datetime('2017-01-01T00:00Z')}]->(hopper),
       (hopper)-[:OWNS {split: 'val', sources: ['adopted']}]->(gas), (firm)-[:PAINTED_BY]->(hopper)
"""
INDEXES = (
    "CREATE INDEX meeting_time FOR (m:Meeting) ON (m.at)",
    "CREATE INDEX theirs FOR (m:Model) ON (m.name)",
)


def run(database: Database, text: str, **parameters: Any) -> list[dict[str, Any]]:
    records, _, _ = database.driver.execute_query(text, parameters, database_=database.name)
    return [record.data() for record in records]


def dump(database: Database, *, of_others: bool = False, schema: bool = True) -> dict[str, list[str]]:
    """Every node, relationship, index and constraint as text; `of_others`: but for what has our mark."""
    unmarked = f"WHERE NOT n:{own('Vlkge')}" if of_others else ""
    nodes = run(database, f"MATCH (n) {unmarked} RETURN elementId(n) AS e, labels(n) AS l, properties(n) AS p")
    unmarked = f"WHERE r.{own('vlkge')} IS NULL" if of_others else ""
    links = run(
        database,
        f"MATCH (h)-[r]->(t) {unmarked} "
        "RETURN elementId(h) AS h, type(r) AS r, elementId(t) AS t, elementId(r) AS e, properties(r) AS p",
    )
    made = run(database, "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, options") + run(
        database, "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties"
    )
    return {
        "nodes": sorted(map(_text, nodes)),
        "relationships": sorted(map(_text, links)),
        "schema": sorted(map(repr, made)) if schema else [],
    }


def _text(row: dict[str, Any]) -> str:
    return repr({**row, "p": sorted(row["p"].items()), "l": sorted(row.get("l", []))})
