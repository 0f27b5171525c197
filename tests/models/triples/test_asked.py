"""Of a large graph only some held-back facts are asked for, and none is forgotten."""

import torch

from benchmarks.hubs import hub_graph
from models.config import TrainConfig
from models.evaluation.evaluation import evaluate
from models.prediction.prediction import predict
from models.ranking.scores import VectorScores
from models.representation.vlkge import VLKGE
from models.triples.asked import REST, left_out, with_fewer_asked


def test_all_facts_of_small_graphs_are_asked_for() -> None:
    graph = hub_graph(500)
    assert with_fewer_asked(graph) is graph
    assert left_out(graph, "test") == ""


def test_heads_are_drawn_and_the_other_facts_stay_known() -> None:
    graph = hub_graph(2_000)
    fewer = with_fewer_asked(graph, ranked=100 * graph.num_entities, least=50)
    assert len(fewer.triples["test"]) == 100
    assert fewer.triples["train"] is graph.triples["train"]
    assert torch.equal(*(torch.unique(some.facts, dim=0) for some in (graph, fewer)))
    asked, rest = (set(fewer.triples[name][:, 0].tolist()) for name in ("test", REST))
    assert len(asked & rest) <= 1
    assert torch.equal(with_fewer_asked(graph, ranked=0, least=100).triples["test"], fewer.triples["test"])


def test_what_is_not_asked_for_neither_competes_nor_is_proposed() -> None:
    graph = hub_graph(300)
    fewer = with_fewer_asked(graph, ranked=0, least=20)
    model = VLKGE.from_graph(TrainConfig(dimension=4, experts=[]), graph).eval()
    scores = VectorScores.of_model(model)
    every, some = evaluate(scores, graph), evaluate(scores, fewer)
    assert (some.facts, every.facts) == (20, len(graph.triples["test"]))
    ranked = evaluate(scores, graph).relations.keys()
    assert some.relations.keys() <= ranked
    links = predict(scores, fewer, limit=None, top_k=5)
    known = {(graph.entities[h], graph.relations[r], graph.entities[t]) for h, r, t in graph.facts.tolist()}
    assert known.isdisjoint(zip(links["head"], links["relation"], links["tail"], strict=True))
