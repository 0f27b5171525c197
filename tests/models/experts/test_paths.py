"""The expert of closed paths: every path walked by hand, silent about its own fact, at work for new facts."""

import random
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from math import log1p, prod
from pathlib import Path

import pytest
import torch
from torch_geometric.data import HeteroData

from models.config import TrainConfig
from models.experts.paths import FLOOR, Paths
from models.ranking.scores import Scores
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.rules.facts import NONE
from models.rules.wilson import lower_bound
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import SIDES, Side
from tests.models.experts.learnt import with_experts

CONFIG = TrainConfig(dimension=4, epochs=1, experts=("paths",))


def family(draw: random.Random, people: int = 30) -> tuple[dict[str, str], list[tuple[str, str, str, str]]]:
    """People with a mother and a home, which is mostly the mother's; some of a home are unknown."""
    names = [f"p{i}" for i in range(people)]
    facts = [(name, "hasMother", draw.choice(names[: i // 2 + 1]), "train") for i, name in enumerate(names) if i]
    home = {"p0": "t0"}
    for name, _, mother, _ in facts:
        home[name] = home[mother] if draw.random() < 0.8 else draw.choice(["t0", "t1", "t2"])
    facts += [(name, "livesIn", town, "train") for name, town in home.items() if draw.random() < 0.9]
    return dict.fromkeys(names, "Person") | dict.fromkeys(["t0", "t1", "t2"], "Town"), facts


def learnt(graph: KnowledgeGraph) -> tuple[VLKGE, Paths]:
    model = with_experts(graph, CONFIG)
    assert model.ensemble is not None
    expert = model.ensemble.experts["paths"]
    assert isinstance(expert, Paths)
    return model, expert


def walked(facts: list[tuple[int, int, int]], start: int, path: list[int], relations: int) -> set[int]:
    """Where a path leads from an entity without meeting one twice."""
    ways = [[start]]
    for step in path:
        way_back = step >= relations
        found = []
        for way in ways:
            for head, relation, tail in facts:
                source, target = (tail, head) if way_back else (head, tail)
                if relation == step % relations and source == way[-1] and target not in way:
                    found.append([*way, target])
        ways = found
    return {way[-1] for way in ways}


@pytest.mark.parametrize("seed", range(3))
def test_equals_walking_every_path(hetero: Callable[..., HeteroData], seed: int) -> None:
    graph = KnowledgeGraph.from_hetero(hetero(*family(random.Random(seed))))
    model, expert = learnt(graph)
    assert len(expert.paths) > 3
    assert model.ensemble is not None
    opinions = model.ensemble.speak(model)
    facts = [tuple(fact) for fact in graph.triples["train"].tolist()]
    candidates = torch.arange(0, graph.num_entities, 2)
    pairs = torch.cartesian_prod(torch.arange(graph.num_entities), torch.arange(graph.num_relations))
    for side in SIDES:
        said = dict(zip(opinions.parts, opinions.by_part(pairs, side, candidates), strict=True))
        for row, (known, relation) in enumerate(pairs.tolist()):
            sure: dict[int, list[float]] = {}
            for step, *path, support, of in expert.paths.tolist():
                if step == relation + (graph.num_relations if side == "head" else 0):
                    steps = [part for part in path if part != NONE]
                    for end in walked(facts, known, steps, graph.num_relations):
                        sure.setdefault(end, []).append(float(lower_bound(support, of)))
            for column, end in enumerate(candidates.tolist()):
                found = sure.get(end, [0.0])
                surest, every = log1p(max(found) / FLOOR), log1p((1 - prod(1 - one for one in found)) / FLOOR)
                assert said["surest path"][row, column].item() == pytest.approx(surest, abs=1e-3)
                assert said["all paths"][row, column].item() == pytest.approx(every, abs=1e-3)


def test_holds_no_more_columns_than_were_asked_for(hetero: Callable[..., HeteroData]) -> None:
    graph = KnowledgeGraph.from_hetero(hetero(*family(random.Random(3), people=2000)))
    model, expert = learnt(graph)
    voice = expert.voice(model, graph.triples["train"])
    pairs = torch.tensor([[head, graph.relations.index("livesIn")] for head in range(1000)])
    every = voice(pairs, "tail", None)
    some = torch.tensor([5, 2001, 3, 2001])
    tracemalloc.start()
    asked = voice(pairs, "tail", some)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * len(pairs) * graph.num_entities
    for ours, theirs in zip(asked, every, strict=True):
        assert ours.any()
        assert torch.equal(ours, theirs[:, some])


def scored(model: VLKGE, facts: torch.Tensor | None, pair: tuple[int, int], side: Side) -> torch.Tensor:
    assert model.ensemble is not None
    return model.ensemble.speak(model, facts).by_part(torch.tensor([pair]), side)[-2][0]


def test_a_fact_says_nothing_of_itself_and_what_came_later_is_walked(hetero: Callable[..., HeteroData]) -> None:
    graph = KnowledgeGraph.from_hetero(hetero(*family(random.Random(0))))
    model, _ = learnt(graph)
    facts, lives = graph.triples["train"], graph.relations.index("livesIn")
    own = int((facts[:, 1] == lives).nonzero()[3, 0])
    head, _, town = facts[own].tolist()
    without = torch.cat([facts[:own], facts[own + 1 :]])
    both = (scored(model, some, (head, lives), "tail")[town] for some in (facts, without))
    assert len({value.item() for value in both}) == 1
    orphan = graph.entities.index("p0")  # has no mother yet
    mother = next(h for h, r, t in facts.tolist() if r == lives and t != graph.entities.index("t0"))
    (home,) = (t for h, r, t in facts.tolist() if (h, r) == (mother, lives))
    told = torch.cat([facts, torch.tensor([[orphan, graph.relations.index("hasMother"), mother]])])
    before, after = (scored(model, some, (orphan, lives), "tail")[home] for some in (facts, told))
    assert after > before


def test_paths_are_kept_with_the_model_and_follow_their_relations(
    hetero: Callable[..., HeteroData], tmp_path: Path
) -> None:
    entities, facts = family(random.Random(1))
    held_back = [(*fact[:3], "val") if number % 9 == 0 else fact for number, fact in enumerate(facts)]
    friends = [(head, "adores", tail, "train") for head, relation, tail, _ in facts if relation == "hasMother"]
    data = hetero(entities, [*held_back, *friends])
    trained = train(data, CONFIG.model_copy(update={"below_popularity": "keep"}), tmp_path, device="cpu").model
    graph = KnowledgeGraph.from_hetero(data)
    loaded = Checkpoint.load(tmp_path).model_for(graph)
    mother, lives, adores = (graph.relations.index(name) for name in ("hasMother", "livesIn", "adores"))
    for side in SIDES:
        pairs = torch.tensor([[5, mother], [9, lives]])
        ours, theirs = (Scores.of_model(model).score_all(pairs, side) for model in (trained, loaded))
        assert torch.equal(ours, theirs)
    fewer = KnowledgeGraph.from_hetero(hetero(entities, held_back))
    moved = Checkpoint.load(tmp_path).model_for(replace(fewer, fingerprint="later"))
    without = graph.triples["train"][graph.triples["train"][:, 1] != adores]
    assert scored(trained, None, (5, mother), "tail").sum() > scored(trained, without, (5, mother), "tail").sum()
    for side in SIDES:
        for name, relation in (("hasMother", mother), ("livesIn", lives)):
            ours = scored(trained, without, (5, relation), side)
            theirs = scored(moved, None, (5, fewer.relations.index(name)), side)
            assert torch.equal(ours, theirs)
