"""The regressions: what their formula says, silent about what they were taught of an entity, and carried over."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.data import HeteroData

from models.config import TrainConfig
from models.experts import kernel
from models.experts import ridge as regressions
from models.experts.earlier import of_today
from models.experts.kernel import Described, ridge
from models.experts.regressions import FLOOR
from models.experts.ridge import FactRidge
from models.representation.vlkge import VLKGE
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from tests.models.experts.learnt import with_experts

Gallery = Callable[..., HeteroData]
CONFIG = TrainConfig(dimension=4, experts=("features", "facts_and_features"))


def learnt(graph: KnowledgeGraph, **options: object) -> VLKGE:
    return with_experts(graph, CONFIG.model_copy(update=options))


def said(model: VLKGE, part: str, pairs: Tensor, side: str = "tail", facts: Tensor | None = None) -> Tensor:
    """Scores [pairs, N] of one part, as they were before their logarithm."""
    assert model.ensemble is not None
    opinions = model.ensemble.speak(model, facts)
    found = opinions.by_part(pairs, side)[opinions.parts.index(part)]  # type: ignore[arg-type]
    return found.sign() * FLOOR * found.abs().expm1()


def test_left_out_examples_score_as_a_regression_without_them() -> None:
    generator = torch.Generator().manual_seed(0)
    units = F.normalize(torch.randn(12, 3, generator=generator), dim=1)
    targets = (torch.rand(12, 2, generator=generator) > 0.5).float()
    everything = Described([units], None, 12)
    fit = ridge(everything, targets, seed=0)
    table = kernel.kernel(everything, everything).double().numpy()
    found = table @ fit.weights.double().numpy()
    # 1 + exp(3 (cos - 1)), by hand
    np.testing.assert_allclose(table, 1 + np.exp(3 * (units.numpy() @ units.numpy().T - 1)), rtol=1e-5)
    errors = []
    for penalty in kernel.PENALTIES:
        alone = [_plain(table, targets.numpy(), penalty, left_out) for left_out in range(12)]
        errors.append(((targets.numpy() - np.stack(alone)) ** 2).sum())
    chosen = kernel.PENALTIES[int(np.argmin(errors))]
    without = np.stack([_plain(table, targets.numpy(), chosen, left_out) for left_out in range(12)])
    leverages = fit.leverages.numpy()[:, None]
    np.testing.assert_allclose((found - leverages * targets.numpy()) / (1 - leverages), without, atol=2e-3)


def _plain(table: np.ndarray, targets: np.ndarray, penalty: float, left_out: int) -> np.ndarray:
    rest = [row for row in range(len(table)) if row != left_out]
    own = table[np.ix_(rest, rest)] + penalty * np.eye(len(rest))
    result: np.ndarray = table[left_out, rest] @ np.linalg.solve(own, targets[rest])
    return result


def test_with_more_examples_than_landmarks_it_is_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    units = F.normalize(torch.randn(200, 2, generator=torch.Generator().manual_seed(1)), dim=1)
    targets = (units[:, :1] > 0).float()
    everything = Described([units], None, 200)
    whole = ridge(everything, targets, seed=0)
    monkeypatch.setattr(kernel, "EXACT", 100)
    monkeypatch.setattr(kernel, "LANDMARKS", 40)
    some = ridge(everything, targets, seed=0)
    assert len(some.landmarks) == 40
    full, few = (kernel.kernel(everything, everything.take(fit.landmarks)) @ fit.weights for fit in (whole, some))
    assert (full - few).abs().max() < 0.05


def test_what_an_entity_was_taught_does_not_speak_for_itself(gallery: HeteroData) -> None:
    """Left out wholly, an example's scores are nearly those that it has: only the penalty may be another."""
    graph = KnowledgeGraph.from_hetero(gallery)
    relation = graph.relations.index("hasStyle")
    facts = graph.triples["train"]
    taught = facts[facts[:, 1] == relation][0]
    apart = (facts != taught).any(1)
    whole = learnt(graph, experts=("features",))
    without = learnt(replace(graph, triples={**graph.triples, "train": facts[apart]}), experts=("features",))
    pair = taught[None, :2]
    columns = taught[2:]
    found, expected = (said(model, "features", pair)[0, columns] for model in (whole, without))
    torch.testing.assert_close(found, expected, atol=0.03, rtol=0.1)


def test_facts_that_came_after_training_are_read(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    model = learnt(graph)
    work = int(graph.unseen.nonzero()[0, 0])
    style, artist = (graph.relations.index(name) for name in ("hasStyle", "paintedBy"))
    pair = torch.tensor([[work, style]])
    facts = graph.triples["train"]
    nothing = said(model, "facts and features", pair, facts=facts)
    by = {
        name: said(
            model,
            "facts and features",
            pair,
            facts=torch.cat([facts, torch.tensor([[work, artist, graph.entities.index(name)]])]),
        )
        for name in ("monet", "klee")
    }
    assert not torch.equal(by["monet"], nothing)
    styles = {name: _usual_style(facts, artist, style, graph.entities.index(name)) for name in ("monet", "klee")}
    assert styles["monet"] != styles["klee"]
    for name, of in styles.items():
        other = next(tail for other, tail in styles.items() if other != name)
        assert by[name][0, of] > by[name][0, other]
    # features alone do not hear of it
    later = torch.cat([facts, torch.tensor([[work, artist, graph.entities.index("monet")]])])
    torch.testing.assert_close(said(model, "features", pair, facts=later), said(model, "features", pair, facts=facts))


def _usual_style(facts: Tensor, artist: int, style: int, painter: int) -> int:
    works = facts[(facts[:, 1] == artist) & (facts[:, 2] == painter)][:, 0]
    return int(facts[(facts[:, 1] == style) & torch.isin(facts[:, 0], works)][:, 2].mode().values)


def test_some_candidates_score_as_among_all(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    model = learnt(graph)
    assert model.ensemble is not None
    pairs = torch.cartesian_prod(torch.arange(0, graph.num_entities, 5), torch.arange(graph.num_relations))
    some = torch.tensor([7, 3, 11])
    for side in ("head", "tail"):
        every = model.ensemble.speak(model).by_part(pairs, side)  # type: ignore[arg-type]
        few = model.ensemble.speak(model).by_part(pairs[:4], side, some)  # type: ignore[arg-type]
        for whole, part in zip(every, few, strict=True):
            torch.testing.assert_close(part, whole[:4][:, some], rtol=1e-4, atol=1e-4)


def test_once_other_facts_are_known_it_says_what_it_says_when_asked_anew(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    model = learnt(graph, experts=("facts", "features", "facts_and_features"))
    assert model.ensemble is not None
    pairs = torch.cartesian_prod(torch.arange(graph.num_entities), torch.arange(graph.num_relations))
    before = model.ensemble.speak(model)
    before.by_part(pairs, "tail")
    again, anew = before.knowing(graph.facts), model.ensemble.speak(model, graph.facts)
    some = torch.tensor([7, 3, 11])
    for side in ("head", "tail"):
        for among in (None, some):
            found, expected = (of.by_part(pairs, side, among) for of in (again, anew))  # type: ignore[arg-type]
            for of_part, part in zip(found, expected, strict=True):
                torch.testing.assert_close(of_part, part, rtol=1e-4, atol=1e-4)
    assert not all(
        torch.equal(one, other)
        for one, other in zip(before.by_part(pairs, "tail"), again.by_part(pairs, "tail"), strict=True)
    )


def test_states_of_before_the_table_say_the_same(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    model = learnt(graph)
    pairs = torch.cartesian_prod(torch.arange(graph.num_entities), torch.arange(graph.num_relations))
    parts = ("features", "candidate's features", "facts and features", "candidate's facts and features")
    before = {part: said(model, part, pairs) for part in parts}
    former = dict(model.state_dict())
    for prefix in ("ensemble.experts.features.", "ensemble.experts.facts_and_features."):
        _as_before_the_table(former, prefix)
    assert model.ensemble is not None
    loaded = VLKGE.from_graph(CONFIG, graph).eval()
    loaded.load_state_dict(of_today(former, len(model.ensemble.parts)))
    for part, scores in before.items():
        torch.testing.assert_close(said(loaded, part, pairs), scores)


def _as_before_the_table(state: dict[str, Tensor], prefix: str) -> None:
    """Landmarks had points and bags of their own, examples were entities and had labels."""
    table, landmarks, examples = (state.pop(f"{prefix}{name}").long() for name in ("table", "landmarks", "examples"))
    cells = state[f"{prefix}bags"].long()
    own = lambda rows: [(n, c) for n, row in enumerate(rows.tolist()) for c in cells[cells[:, 0] == row][:, 1].tolist()]  # noqa: E731
    state[f"{prefix}bags"] = torch.tensor(own(landmarks), dtype=torch.int32)
    for name in [name for name in state if name.startswith(f"{prefix}points_")]:
        state[name] = state[name][landmarks]
    ways, columns = state[f"{prefix}regressions"], state[f"{prefix}columns"]
    way = torch.repeat_interleave(torch.arange(len(ways)), ways[:, 4].long())
    state[f"{prefix}labels"] = torch.tensor(
        [cell for cell in own(examples) if columns[cell[1], :2].equal(ways[way[cell[0]], :2])], dtype=torch.int32
    )
    state[f"{prefix}examples"] = table[examples].int()


def test_in_another_graph_regressions_follow_their_entities(make_gallery: Gallery, tmp_path: Path) -> None:
    config = CONFIG.model_copy(update={"epochs": 1})
    checkpoint = train(make_gallery(40), config, tmp_path, device="cpu")
    old, new = KnowledgeGraph.from_hetero(make_gallery(40)), KnowledgeGraph.from_hetero(make_gallery(50))
    model = checkpoint.model_for(new)
    rows = torch.tensor([new.entities.index(identity) for identity in old.entities])
    same = [row for row, identity in enumerate(old.entities) if row < old.num_entities]
    pairs = torch.tensor([[row, relation] for row in same for relation in range(old.num_relations)])
    moved = torch.stack([rows[pairs[:, 0]], pairs[:, 1]], dim=1)
    unlike = (new.features["textual"].vectors[rows] - old.features["textual"].vectors).abs().amax(1) > 1e-6
    kept = ~unlike[pairs[:, 0]]
    assert kept.any()
    before = said(checkpoint.model, "features", pairs[kept])
    after = said(model, "features", moved[kept])[:, rows]
    torch.testing.assert_close(after, before, atol=1e-3, rtol=1e-2)


def test_on_large_graphs_regressions_share_their_examples(gallery: HeteroData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regressions, "ENTITIES", 0)
    monkeypatch.setattr(regressions, "LEAST", 6)
    model = learnt(KnowledgeGraph.from_hetero(gallery))
    assert model.ensemble is not None
    expert = model.ensemble.experts["facts_and_features"]
    assert isinstance(expert, FactRidge)
    taken = expert.regressions[:, 4].tolist()
    assert taken == [6, 6, 3]
    assert len(expert.table) == 6 + 3  # two are of works, and take the same ones
