"""A folder's triples as a graph without features, for benchmarks that need no database."""

from pathlib import Path

import pandas as pd
import torch

from models.triples.knowledge_graph import KnowledgeGraph

SPLITS = {"train": "train", "val": "val", "valid": "val", "test": "test"}


def read_graph(folder: Path) -> KnowledgeGraph:
    """The graph of triples.csv with columns head, relation, tail, mode; all entities have one label."""
    frame = pd.read_csv(folder / "triples.csv", dtype=str)
    entities = sorted({*frame["head"], *frame["tail"]})
    relations = sorted(set(frame["relation"]))
    places = {name: row for row, name in enumerate(entities)}, {name: row for row, name in enumerate(relations)}
    columns = (frame["head"].map(places[0]), frame["relation"].map(places[1]), frame["tail"].map(places[0]))
    facts = torch.stack([torch.tensor(column.to_numpy()) for column in columns], dim=1)
    splits = frame["mode"].map(SPLITS)
    triples = {name: facts[torch.tensor((splits == name).to_numpy())] for name in ("train", "val", "gate", "test")}
    return made(triples, entities, relations)


def made(triples: dict[str, torch.Tensor], entities: list[str], relations: list[str]) -> KnowledgeGraph:
    """A graph of facts as index triples, split by name, without features."""
    return KnowledgeGraph(
        entities=entities,
        names=entities,
        type_names=["Entity"],
        entity_types=torch.zeros(len(entities), dtype=torch.long),
        relations=relations,
        relation_types=[{(0, 0)} for _ in relations],
        triples=triples,
        held_out=torch.zeros(len(entities), dtype=torch.bool),
    )
