"""Evidence on a small graph: who is similar, which paths join the ends, what the score rests on."""

import pandas as pd
import pytest
import torch

from base.errors import InputError
from models.config import TrainConfig
from models.explanation import paths as searched
from models.explanation.evidence import COLUMNS, evidence, shares, similar, without
from models.explanation.link_assessment import assess_link
from models.explanation.paths import Paths
from models.prediction.prediction import predict
from models.ranking.scores import VectorScores
from models.representation.vlkge import VLKGE
from models.rules.rule_set import mine
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns
from tests.models.scored import score_triples

ENTITIES = {
    **dict.fromkeys(["lilies", "haystacks", "poppies", "squares"], "Work"),
    **dict.fromkeys(["monet", "klee"], "Artist"),
    **dict.fromkeys(["impressionism", "abstract"], "Style"),
}
FACTS = [
    ("lilies", "madeBy", "monet", "train"),
    ("haystacks", "madeBy", "monet", "train"),
    ("poppies", "madeBy", "monet", "test"),
    ("squares", "madeBy", "klee", "train"),
    ("haystacks", "hasStyle", "impressionism", "train"),
    ("poppies", "hasStyle", "impressionism", "train"),
    ("squares", "hasStyle", "abstract", "train"),
    ("monet", "worksIn", "impressionism", "train"),
    ("monet", "knew", "klee", "train"),
]


@pytest.fixture
def graph(hetero) -> KnowledgeGraph:
    text = {
        "lilies": [1.0, 0.0],
        "haystacks": [0.9, 0.1],
        "poppies": [0.0, 1.0],
        "squares": [-1.0, 0.0],
        "monet": [0.7, 0.1],
        "impressionism": [0.8, 0.2],
        "abstract": [-0.8, 0.1],
    }
    picture = {"lilies": [1.0, 0.0, 0.0], "haystacks": [0.0, 1.0, 0.0]}
    facts = hetero(ENTITIES, FACTS, {"textual": text, "visual": picture}, rejected=[("squares", "madeBy", "monet")])
    return KnowledgeGraph.from_hetero(facts)


@pytest.fixture
def model(graph) -> VLKGE:
    torch.manual_seed(0)
    return VLKGE.from_graph(TrainConfig(dimension=8), graph).eval()


def triples(graph, *links):
    rows = [(graph.entities.index(h), graph.relations.index(r), graph.entities.index(t)) for h, r, t in links]
    return torch.tensor(rows)


def paths(graph, head, tail, **options):
    found = Paths(graph, graph.triples["train"], **options).find(
        [graph.entities.index(head)], [graph.entities.index(tail)], most=10
    )
    return dict(zip(found.paths[0], found.counts[0], strict=True))


def test_paths_by_hand_shortest_first(graph):
    """By the artist himself in two facts, by his other work in three; that Poppies is his was hidden from the model."""
    found = paths(graph, "lilies", "impressionism")
    assert list(found.items()) == [
        ('["lilies",">madeBy","monet",">worksIn","impressionism"]', 1),
        ('["lilies",">madeBy","monet","<madeBy","haystacks",">hasStyle","impressionism"]', 1),
    ]


def test_paths_go_through_what_the_model_reads_and_not_through_the_link_itself(graph, model):
    """That Poppies is Monet's is a test fact: experts read it today, vectors never knew it."""
    links = pd.DataFrame(
        [("poppies", "madeBy", "klee"), ("lilies", "madeBy", "monet")], columns=["head", "relation", "tail"]
    )
    rules = mine(graph.triples["train"].numpy(), graph.num_entities, graph.num_relations)
    read, itself = evidence(model, graph, rules, links)["paths"]
    assert read[0] == '["poppies",">madeBy","monet",">knew","klee"]'
    assert '["lilies",">madeBy","monet"]' not in itself
    alone = VLKGE.from_graph(TrainConfig(dimension=8, experts=()), graph).eval()
    assert not any("madeBy" in path for path in evidence(alone, graph, rules, links)["paths"][0])


def test_a_path_goes_through_no_entity_twice_and_may_be_one_fact(graph):
    assert paths(graph, "monet", "klee") == {'["monet",">knew","klee"]': 1}
    assert paths(graph, "klee", "monet") == {'["klee","<knew","monet"]': 1}
    assert paths(graph, "abstract", "monet") == {
        '["abstract","<hasStyle","squares",">madeBy","klee","<knew","monet"]': 1,
    }


def test_no_path_goes_through_a_hub(graph):
    """Monet has four facts that training sees; a path may end in a hub."""
    assert paths(graph, "lilies", "impressionism", hub=4) == {}
    assert list(paths(graph, "lilies", "monet", hub=4)) == ['["lilies",">madeBy","monet"]']


@pytest.mark.parametrize("marked", [0, 16, 10**6])
def test_paths_equal_a_plain_search(gallery, monkeypatch, marked):
    monkeypatch.setattr(searched, "MARKED", marked)
    graph = KnowledgeGraph.from_hetero(gallery)
    pairs = [(0, 3), (1, 40), (5, 6), (10, 50), (20, 2)]
    found = Paths(graph, graph.triples["train"]).find([a for a, _ in pairs], [b for _, b in pairs], most=1000)
    for (head, tail), counts in zip(pairs, found.counts, strict=True):
        assert sum(counts) == len(list(walks(graph, [head], tail)))


def walks(graph, path, tail):
    """Every way from the end of the path to the tail in at most three facts, by recursion."""
    if len(path) > 3:
        return
    for head, _, other in graph.triples["train"].tolist():
        for here, there in ((head, other), (other, head)):
            if here == path[-1] and there == tail:
                yield path
            elif here == path[-1] and there not in path:
                yield from walks(graph, [*path, there], tail)


def test_similar_entities_have_the_same_fact(graph):
    """Among the works of Impressionism haystacks is nearer to lilies than poppies; lilies itself is none of them."""
    vectors = torch.zeros(graph.num_entities, 2)
    for name, vector in {"lilies": [1.0, 0.0], "haystacks": [3.0, 4.0], "poppies": [0.0, 2.0]}.items():
        vectors[graph.entities.index(name)] = torch.tensor(vector)
    asked = triples(graph, ("lilies", "hasStyle", "impressionism"), ("haystacks", "hasStyle", "impressionism"))
    near = [([graph.entities[row] for row in rows], values) for rows, values in similar(vectors, graph, asked)]
    assert near == [(["haystacks", "poppies"], [0.6, 0.0]), (["poppies"], [0.8])]


def test_shares_add_up_to_one_over_what_the_ends_have(graph, model):
    asked = triples(graph, ("lilies", "hasStyle", "abstract"), ("squares", "hasStyle", "impressionism"))
    found = shares(model, graph, asked)
    table = torch.stack([found[name] for name in ("structural", "visual", "textual")])
    sums = table.nansum(0)
    assert all(value == pytest.approx(1) or torch.isnan(table[:, i]).all() for i, value in enumerate(sums.tolist()))
    assert torch.isnan(found["visual"][1])  # neither squares nor Impressionism has a picture


def test_without_a_modality_the_model_is_as_it_was_afterwards(model):
    with torch.no_grad():
        before = model.fused_representations()
        with without(model, "textual"):
            assert not torch.equal(model.fused_representations(), before)
        assert torch.equal(model.fused_representations(), before)


def test_a_modality_that_nothing_depends_on_has_no_share(graph):
    """With what pictures and texts add at zero the score rests on structure alone."""
    torch.manual_seed(0)
    model = VLKGE.from_graph(TrainConfig(dimension=8, fusion="addition"), graph).eval()
    with torch.no_grad():
        for name in ("visual", "textual"):
            model.modalities[name].projection.weight.zero_()
    asked = triples(graph, *[(h, "hasStyle", t) for h in ("lilies", "squares") for t in ("impressionism", "abstract")])
    found = shares(model, graph, asked)
    spoken = ~torch.isnan(found["structural"])
    assert spoken.any()
    assert found["structural"][spoken].tolist() == [1.0] * int(spoken.sum())
    assert found["textual"][spoken].tolist() == [0.0] * int(spoken.sum())


def test_where_facts_alone_speak_for_a_link_the_score_rests_on_them(graph):
    """Lilies and haystacks are both Monet's, and haystacks are Impressionism; nothing else has any weight."""
    model = VLKGE.from_graph(TrainConfig(dimension=8, experts=("facts",)), graph).eval()
    assert model.ensemble is not None
    model.ensemble.learn(graph)
    model.ensemble.weights.weights.copy_(torch.tensor([float(part == "facts") for part in model.ensemble.parts]))
    found = shares(model, graph, triples(graph, ("lilies", "hasStyle", "impressionism")))
    assert found["facts"].tolist() == pytest.approx([1.0])
    assert found["structural"].tolist() == found["textual"].tolist() == [0.0]


def test_evidence_has_the_columns_of_links(graph, model):
    links = pd.DataFrame([("lilies", "hasStyle", "impressionism")], columns=["head", "relation", "tail"], index=[7])
    rules = mine(graph.triples["train"].numpy(), graph.num_entities, graph.num_relations)
    found = evidence(model, graph, rules, links)
    assert list(found.columns) == COLUMNS
    assert list(found.index) == [7]
    assert set(found["similar"].iloc[0]) == {"haystacks", "poppies"}
    assert found["path_counts"].iloc[0] == [1, 2]  # the second by haystacks, and by poppies, whose maker is a test fact
    assert evidence(model, graph, rules, links.iloc[:0]).empty


@pytest.mark.parametrize(
    ("link", "state"),
    [
        (("lilies", "hasStyle", "impressionism"), "new"),
        (("lilies", "madeBy", "monet"), "recorded"),
        (("lilies", "madeBy", "klee"), "second value"),
        (("squares", "madeBy", "monet"), "rejected"),
        (("klee", "knew", "monet"), "implied"),
    ],
)
def test_every_link_can_be_asked_about(graph, model, link, state):
    patterns = Patterns(functional=("madeBy",), symmetric=("knew",))
    (triple,) = triples(graph, link).tolist()
    found = assess_link(
        VectorScores.of_model(model), graph, tuple(triple), patterns=patterns, calibration=None, seen=graph.seen
    )
    assert found.state == state
    with torch.no_grad():
        score = score_triples(model, torch.tensor([triple]))
    assert found.score == pytest.approx(float(score), abs=1e-4)
    assert found.probability is None


def test_a_link_has_the_place_that_it_is_served_at(hetero):
    """q knowing p is known already, and r knowing p is no question: neither stands before what they are asked about."""
    entities = dict.fromkeys("pqrs", "Person")
    facts = [("p", "knows", "q", "train"), ("r", "knows", "s", "train")]
    graph = KnowledgeGraph.from_hetero(hetero(entities, facts, rejected=[("p", "knows", "r")]))
    torch.manual_seed(0)
    scores = VectorScores.of_model(VLKGE.from_graph(TrainConfig(dimension=8), graph).eval())
    patterns = Patterns(symmetric=("knows",))
    served = predict(scores, graph, top_k=3, patterns=patterns)
    assert set(served["rank"]) == {1, 2}
    for row in served.itertuples():
        (triple,) = triples(graph, (row.head, "knows", row.tail)).tolist()
        found = assess_link(scores, graph, tuple(triple), patterns=patterns, calibration=None, seen=graph.seen)
        assert (found.state, found.rank) == ("new", row.rank)
    (turned,) = triples(graph, ("r", "knows", "p")).tolist()
    asked = assess_link(scores, graph, tuple(turned), patterns=patterns, calibration=None, seen=graph.seen)
    assert asked.state == "rejected"


def test_a_link_that_the_relation_cannot_have_is_told(graph, model):
    (triple,) = triples(graph, ("lilies", "hasStyle", "klee")).tolist()
    with pytest.raises(InputError, match="hasStyle joins no Work with a Artist in the graph; it joins Work with Style"):
        assess_link(
            VectorScores.of_model(model), graph, tuple(triple), patterns=Patterns(), calibration=None, seen=graph.seen
        )
