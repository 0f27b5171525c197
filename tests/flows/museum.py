"""A small museum for tests of nights and predictions: its files, its settings, and copies of its graph."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from flows.retraining.outcome import Retraining
from graph.connection import Database
from graph.loading import ingest
from graph.loading.files import read_source
from graph.schema import setup_schema
from graph.splits import Shares

# Gate facts are few here, so only what is far worse is refused.
CONFIG: dict[str, Any] = {
    "train": {"dimension": 8, "epochs": 12, "modalities": ["structural"], "patience": None, "batch_size": 32},
    "gate": {"margin": 0.15, "relation_margin": 0.3},
    "attempts": 1,
}


def write_folder(folder: Path, works: int) -> Path:
    """Works by four artists, two of each style; every third fact is held back."""
    folder.mkdir(exist_ok=True)
    entities = [(f"w{i:03}", "Artwork", f"Landscape {i}") for i in range(works)]
    entities += [(f"a{k}", "Artist", f"Painter {k}") for k in range(4)] + [
        (f"s{k}", "Style", f"School {k}") for k in "AB"
    ]
    facts = [(f"w{i:03}", "isCreatedByArtist", f"a{i % 4}", "val" if i % 3 == 0 else "train") for i in range(works)]
    facts += [
        (f"w{i:03}", "hasStyle", f"s{'AB'[i % 2]}", ("train", "val", "test")[i % 3]) for i in range(works) if i % 10
    ]
    pd.DataFrame(entities, columns=["id", "label", "name"]).to_csv(folder / "entities.csv", index=False)
    pd.DataFrame(facts, columns=["head", "relation", "tail", "split"]).to_csv(folder / "triples.csv", index=False)
    return folder


def write_gallery(folder: Path) -> Path:
    """Works by four artists; style and country are the artist's. u0 to u3 lack both, v0 to v3 an artist too."""
    folder.mkdir(exist_ok=True)
    works = [f"w{i:03}" for i in range(80)]
    entities = [(work, "Artwork", "Untitled") for work in (*works, *(f"{k}{i}" for k in "uv" for i in range(4)))]
    entities += [(f"a{k}", "Artist", f"Painter {k}") for k in range(4)]
    entities += [(f"s{k}", "Style", f"School {k}") for k in "AB"] + [("cX", "Country", "X"), ("cY", "Country", "Y")]
    held = {0: "val", 1: "test"}
    facts = [(f"u{i}", "isCreatedByArtist", f"a{i}", "train") for i in range(4)]
    for i, work in enumerate(works):
        facts.append((work, "isCreatedByArtist", f"a{i % 4}", "train"))
        facts.append((work, "hasStyle", f"s{'AB'[i % 2]}", held.get(i % 5, "train")))
        facts.append((work, "hasCountry", f"c{'XY'[i % 4 // 2]}", held.get(i % 7, "train")))
    pd.DataFrame(entities, columns=["id", "label", "name"]).to_csv(folder / "entities.csv", index=False)
    pd.DataFrame(facts, columns=["head", "relation", "tail", "split"]).to_csv(folder / "triples.csv", index=False)
    return folder


def add(folder: Path, *, entities: list[str] | None = None, facts: list[tuple[str, str, str]] | None = None) -> Path:
    """Works without a text or a picture, and training facts, at the end of the folder's files."""
    with (folder / "entities.csv").open("a") as file:
        file.writelines(f"{entity},Artwork,Untitled\n" for entity in entities or [])
    with (folder / "triples.csv").open("a") as file:
        file.writelines(f"{','.join(fact)},train\n" for fact in facts or [])
    return folder


def load(database: Database, folder: Path) -> None:
    plan = ingest.plan(database, read_source(folder, name="museum"), shares=Shares(), hold_out=None)
    setup_schema(database)
    ingest.write_entities(database, plan)
    ingest.write_facts(database, plan)


@dataclass(frozen=True)
class FirstNight:
    """What the first night came to, and copies of the home folder and the graph that it left."""

    done: Retraining
    home: Path
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]


def read_copy(database: Database) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Everything that the graph holds."""
    with database.session() as session:
        nodes = session.run("MATCH (n) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS held").data()
        edges = session.run(
            "MATCH (h)-[r]->(t) "
            "RETURN elementId(h) AS head, elementId(t) AS tail, type(r) AS type, properties(r) AS held"
        ).data()
    return nodes, edges


def write_copy(database: Database, night: FirstNight) -> None:
    """The same in an empty database; ids of Neo4j's own apart, which nobody may rely on."""
    setup_schema(database)
    with database.session() as session:
        session.run(
            "MATCH (s) DELETE s WITH count(*) AS emptied UNWIND $nodes AS node "
            "CREATE (n:$(node.labels)) SET n = node.held, n.copied_from = node.id",
            nodes=night.nodes,
        ).consume()
        session.run(
            "MATCH (n) WITH collect([n.copied_from, n]) AS pairs UNWIND $edges AS edge "
            "WITH edge, [p IN pairs WHERE p[0] = edge.head | p[1]][0] AS head, "
            "[p IN pairs WHERE p[0] = edge.tail | p[1]][0] AS tail "
            "CREATE (head)-[r:$(edge.type)]->(tail) SET r = edge.held",
            edges=night.edges,
        ).consume()
        session.run("MATCH (n) REMOVE n.copied_from").consume()
