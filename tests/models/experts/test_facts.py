"""The fact expert: EASE as its formula says, silent about itself, and at work for what came after training."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import HeteroData

from models.config import TrainConfig
from models.experts.facts import FLOOR, Facts
from models.prediction.prediction import members, predict
from models.ranking.scores import Scores
from models.representation.vlkge import VLKGE
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import SIDES
from tests.models.experts.learnt import with_experts

Gallery = Callable[..., HeteroData]
CONFIG = TrainConfig(dimension=4, experts=("facts",), fact_regularisation=2.0)


def learnt(graph: KnowledgeGraph, config: TrainConfig = CONFIG) -> tuple[VLKGE, Facts]:
    model = with_experts(graph, config)
    assert model.ensemble is not None
    expert = model.ensemble.experts["facts"]
    assert isinstance(expert, Facts)
    return model, expert


def said(model: VLKGE, facts: Tensor | None = None) -> dict[tuple[str, str], Tensor]:
    """Scores [pairs, N] by side and part, for all pairs."""
    assert model.ensemble is not None
    opinions = model.ensemble.speak(model, facts)
    pairs = torch.cartesian_prod(torch.arange(model.num_entities), torch.arange(model.num_relations))
    parts = {side: opinions.by_part(pairs, side) for side in SIDES}
    return {(side, name): parts[side][k] for side in SIDES for k, name in enumerate(opinions.parts)}


def plain(graph: KnowledgeGraph, regularisation: float) -> dict[tuple[int, int, int], np.ndarray]:
    """What EASE predicts of each column (relation, whether inverse, entity) for all entities, in float64."""
    bags: list[set[tuple[int, int, int]]] = [set() for _ in graph.entities]
    for head, relation, tail in graph.triples["train"].tolist():
        bags[head].add((relation, 0, tail))
        bags[tail].add((relation, 1, head))
    every = sorted({column for bag in bags for column in bag})
    columns = [column for column in every if sum(column in bag for bag in bags) > 1]
    x = np.array([[float(column in bag) for column in columns] for bag in bags])
    scale = x.sum(0) ** -0.25
    gram = (x * scale).T @ (x * scale)
    inverse = np.linalg.inv(gram + regularisation * np.eye(len(columns)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    predicted = (x * scale) @ weights / scale
    return {column: predicted[:, k] for k, column in enumerate(columns)}


def test_scores_equal_a_plain_computation(graph: KnowledgeGraph) -> None:
    model, _ = learnt(graph)
    found, expected = said(model), plain(graph, 2.0)
    nothing = np.zeros(graph.num_entities)

    def heard(values: np.ndarray) -> np.ndarray:
        return np.sign(values) * np.log1p(np.abs(values) / FLOOR)

    for number, (known, relation) in enumerate(np.ndindex(graph.num_entities, graph.num_relations)):
        for inverse, side in enumerate(("tail", "head")):
            own = [expected.get((relation, inverse, entity), nothing)[known] for entity in range(graph.num_entities)]
            theirs = expected.get((relation, 1 - inverse, known), nothing)
            np.testing.assert_allclose(found[side, "facts"][number], heard(np.array(own)), atol=5e-3)
            np.testing.assert_allclose(found[side, "candidate's facts"][number], heard(theirs), atol=5e-3)


def test_a_fact_never_speaks_for_itself(graph: KnowledgeGraph) -> None:
    model, _ = learnt(graph)
    facts = graph.triples["train"]
    first = int((facts[:, 1] == graph.relations.index("hasStyle")).nonzero()[0, 0])
    head, relation, tail = facts[first].tolist()
    others = torch.cat([facts[:first], facts[first + 1 :]])
    pair = head * graph.num_relations + relation
    whole, without = said(model), said(model, others)
    for part in ("facts", "candidate's facts"):
        assert without["tail", part][pair, tail] == whole["tail", part][pair, tail]
    assert not torch.equal(without["tail", "facts"], whole["tail", "facts"])  # it speaks for others


def test_of_too_many_columns_the_most_frequent_stay(graph: KnowledgeGraph) -> None:
    _, every = learnt(graph)
    _, few = learnt(graph, CONFIG.model_copy(update={"fact_columns": 4}))
    counts = {tuple(column): 0 for column in every.columns.tolist()}
    for head, relation, tail in graph.triples["train"].tolist():
        for column in ((relation, 0, tail), (relation, 1, head)):
            if column in counts:
                counts[column] += 1
    kept = {tuple(column) for column in few.columns.tolist()}
    assert len(kept) == 4
    assert min(counts[column] for column in kept) >= max(n for column, n in counts.items() if column not in kept)


def test_a_graph_without_anything_in_common_says_nothing(hetero) -> None:  # type: ignore[no-untyped-def]
    data = hetero({"a": "Thing", "b": "Thing"}, [("a", "likes", "b", "train")])
    model, expert = learnt(KnowledgeGraph.from_hetero(data))
    assert len(expert.columns) == 0
    assert said(model)["tail", "facts"].count_nonzero() == 0


def test_in_another_graph_columns_follow_their_entities(make_gallery: Gallery, tmp_path: Path) -> None:
    checkpoint = train(make_gallery(40), CONFIG.model_copy(update={"epochs": 1}), tmp_path, device="cpu")
    old = KnowledgeGraph.from_hetero(make_gallery(40))
    new = KnowledgeGraph.from_hetero(make_gallery(50))
    model = checkpoint.model_for(replace(new, triples={**new.triples, "train": _of_both(old, new)}))
    before, after = said(checkpoint.model), said(model)
    rows = torch.tensor([new.entities.index(identity) for identity in old.entities])
    pairs = (rows[:, None] * new.num_relations + torch.arange(new.num_relations)).flatten()
    for key, scores in before.items():
        if key[1] != "fused":
            torch.testing.assert_close(after[key][pairs][:, rows], scores)


def _of_both(old: KnowledgeGraph, new: KnowledgeGraph) -> Tensor:
    """The old graph's training facts, in the rows of the new one, and those of what is new."""
    rows = torch.tensor([new.entities.index(identity) for identity in old.entities])
    facts = old.triples["train"]
    moved = torch.stack([rows[facts[:, 0]], facts[:, 1], rows[facts[:, 2]]], dim=1)
    added = new.triples["train"]
    return torch.cat([moved, added[~torch.isin(added[:, 0], rows)]])


def test_a_new_work_with_only_an_artist_gets_its_style_without_training(make_gallery: Gallery, tmp_path: Path) -> None:
    config = TrainConfig(dimension=8, batch_size=32, epochs=3, patience=None, modalities=("structural",))
    checkpoint = train(make_gallery(90), config, tmp_path, device="cpu")
    graph = KnowledgeGraph.from_hetero(make_gallery(90))
    work = graph.unseen.nonzero()[0, 0]  # as one that has just come, with its artist
    artist = graph.entities.index("monet")
    arrived = torch.tensor([[int(work), graph.relations.index("paintedBy"), artist]])
    later = replace(
        graph,
        triples={**{split: facts[facts[:, 0] != work] for split, facts in graph.triples.items()}, "test": arrived},
        fingerprint="later",
    )
    model = checkpoint.model_for(later)
    styles = []
    for scores in (Scores.of_model(model), Scores.of_model(model, later.facts)):
        heads = members(later, [later.entities[int(work)]])
        links = predict(scores, later, relations=["hasStyle"], heads=heads, top_k=2)
        styles.append(links.set_index("tail")["score"])
    unknown, known = (each["impressionism"] - each["abstract"] for each in styles)
    assert known > 0
    assert known > unknown + 0.5
