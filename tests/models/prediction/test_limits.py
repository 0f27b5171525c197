"""A relation that somebody has just begun does not fill the queue."""

from collections.abc import Callable

import torch
from torch_geometric.data import HeteroData

from models.calibration.calibration import Calibration, label_links
from models.config import TrainConfig
from models.prediction.limits import limit_of, narrow_limits
from models.prediction.prediction import predict
from models.prediction.shards import heads_of, merge
from models.ranking.scores import VectorScores
from models.representation.vlkge import VLKGE
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns


def begun(hetero: Callable[..., HeteroData]) -> tuple[KnowledgeGraph, VectorScores, Calibration]:
    """Eighty works with a style, some of them held back; one has a patron, forty an owner. All those are trained on."""
    works, styles, people = ([f"{kind}{i}" for i in range(of)] for kind, of in (("w", 80), ("s", 4), ("p", 4)))
    entities = dict.fromkeys(works, "Work") | dict.fromkeys(styles, "Style") | dict.fromkeys(people, "Person")
    facts = [(work, "hasStyle", styles[i % 4], "test" if i % 4 == 3 else "train") for i, work in enumerate(works)]
    facts += [("w0", "hasPatron", "p0", "train")]
    facts += [(work, "hasOwner", people[i % 4], "train") for i, work in enumerate(works[:40])]
    graph = KnowledgeGraph.from_hetero(hetero(entities, facts))
    torch.manual_seed(0)
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=4), graph).eval())
    judged = label_links(scores, graph, Patterns(), seen=graph.seen, hidden=("test",))
    return graph, scores, Calibration.fit(judged, graph.relations, graph.triples["train"])


def test_of_a_relation_that_nothing_judged_as_many_links_are_kept_as_it_has_facts(
    hetero: Callable[..., HeteroData],
) -> None:
    graph, scores, calibration = begun(hetero)
    narrow = narrow_limits(graph, calibration)
    assert narrow == {"hasPatron": 30, "hasOwner": 40}
    options = {"calibration": calibration, "patterns": Patterns()}
    whole = predict(scores, graph, **options)
    assert whole["relation"].value_counts().to_dict() == {"hasStyle": 240, "hasPatron": 30, "hasOwner": 40}
    assert (whole[whole["relation"] == "hasPatron"]["probability"] > 0).all()
    parts = [predict(scores, graph, **options, heads=heads_of(graph, part, 3)) for part in range(3)]
    assert merge(parts, graph, limit=1000, best=None, narrow=narrow).equals(whole)
    few = predict(scores, graph, **options, limit=7)
    assert few["relation"].value_counts().to_dict() == {"hasStyle": 7, "hasPatron": 7, "hasOwner": 7}
    assert predict(scores, graph, limit=None, patterns=Patterns())["relation"].value_counts()["hasPatron"] > 100


def test_each_judged_list_lets_as_many_links_in_and_ten_all(hetero: Callable[..., HeteroData]) -> None:
    graph, _, calibration = begun(hetero)
    assert calibration.judged_lists("hasStyle") == 20
    assert "hasStyle" not in narrow_limits(graph, calibration)
    judged = {"hasStyle": 10, "hasPatron": 1, "hasOwner": 9}
    some = calibration.model_copy(update={"lists": judged})
    assert narrow_limits(graph, some) == {"hasPatron": 60, "hasOwner": 400}
    assert narrow_limits(graph, calibration.model_copy(update={"lists": None})) == {"hasPatron": 30, "hasOwner": 40}
    assert narrow_limits(graph, None) == {}
    assert [limit_of("r", *of) for of in ((None, {}), (5, {}), (None, {"r": 3}), (5, {"r": 3}), (2, {"r": 3}))] == [
        None,
        5,
        3,
        3,
        2,
    ]
