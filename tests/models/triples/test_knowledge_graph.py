"""The export's stores become one vocabulary and rows of facts."""

from pathlib import Path

import pytest
import torch

from base.errors import InputError
from graph.exporting import hetero_file
from models.triples.knowledge_graph import KnowledgeGraph

ENTITIES = {"klee": "Artist", "monet": "Artist", "abstract": "Style", "senecio": "Painting", "new": "Painting"}
FACTS = [
    ("senecio", "paintedBy", "klee", "train"),
    ("klee", "hasStyle", "abstract", "val"),
    ("senecio", "hasStyle", "abstract", "train"),
    ("monet", "hasStyle", "abstract", "val"),
    ("new", "paintedBy", "klee", "test"),
]


def named(graph: KnowledgeGraph, triples: torch.Tensor) -> set[tuple[str, str, str]]:
    return {(graph.entities[h], graph.relations[r], graph.entities[t]) for h, r, t in triples.tolist()}


def test_every_fact_keeps_its_ends_and_its_split(hetero) -> None:  # type: ignore[no-untyped-def]
    data = hetero(ENTITIES, FACTS, gate=[("monet", "hasStyle", "abstract")], rejected=[("new", "paintedBy", "monet")])
    graph = KnowledgeGraph.from_hetero(data)
    assert named(graph, graph.triples["train"]) == {fact[:3] for fact in FACTS if fact[3] == "train"}
    assert named(graph, graph.triples["val"]) == {("klee", "hasStyle", "abstract")}
    assert named(graph, graph.triples["gate"]) == {("monet", "hasStyle", "abstract")}
    assert named(graph, graph.triples["test"]) == {("new", "paintedBy", "klee")}
    assert named(graph, graph.rejected) == {("new", "paintedBy", "monet")}


def test_a_relation_of_two_label_pairs_is_one_relation(hetero) -> None:  # type: ignore[no-untyped-def]
    graph = KnowledgeGraph.from_hetero(hetero(ENTITIES, FACTS))
    assert graph.relations == ["hasStyle", "paintedBy"]
    types = graph.type_names.index
    assert graph.relation_types[0] == {(types("Artist"), types("Style")), (types("Painting"), types("Style"))}


def test_entities_without_training_facts_are_unseen(hetero) -> None:  # type: ignore[no-untyped-def]
    graph = KnowledgeGraph.from_hetero(hetero(ENTITIES, FACTS))
    unseen = {graph.entities[row] for row in graph.unseen.nonzero()[:, 0].tolist()}
    assert unseen == {"monet", "new"}


def test_features_follow_their_entities(hetero) -> None:  # type: ignore[no-untyped-def]
    graph = KnowledgeGraph.from_hetero(hetero(ENTITIES, FACTS, {"textual": {"klee": [1.0, 2.0], "new": [3.0, 4.0]}}))
    vectors, mask = graph.features["textual"]
    assert vectors[graph.entities.index("new")].tolist() == [3, 4]
    assert {graph.entities[row] for row in mask.nonzero()[:, 0].tolist()} == {"klee", "new"}
    assert "visual" not in graph.features


def test_features_of_a_mapped_file_stay_there(hetero, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """So all workers of a machine hold them once."""
    data = hetero(ENTITIES, FACTS, {"textual": {"klee": [1.0, 2.0], "new": [3.0, 4.0]}})
    hetero_file.save(data, tmp_path / "graph.safetensors")
    mapped = hetero_file.load(tmp_path / "graph.safetensors", mapped=True)
    vectors = KnowledgeGraph.from_hetero(mapped).features["textual"].vectors
    assert vectors.data_ptr() == mapped[min(mapped.node_types)].textual.data_ptr()
    assert torch.equal(vectors, KnowledgeGraph.from_hetero(data).features["textual"].vectors)


def test_uneven_modalities_are_refused(hetero) -> None:  # type: ignore[no-untyped-def]
    data = hetero(ENTITIES, FACTS, {"textual": {"klee": [1.0]}})
    del data["Style"].textual
    with pytest.raises(InputError, match=r"textual vectors .* not on \['Style'\]"):
        KnowledgeGraph.from_hetero(data)
