"""The rules that speak for a link, in a sentence."""

import json

import numpy as np
import pytest

from models.explanation.cited_rules import COLUMNS, CitedRules
from models.rules.rule_set import mine
from models.triples.knowledge_graph import KnowledgeGraph

KINDS = {
    **dict.fromkeys([f"m{i}" for i in range(1, 13)], "Artwork"),
    **dict.fromkeys(["monet", "klee"], "Artist"),
    **dict.fromkeys(["impressionism", "realism"], "Style"),
    "paris": "City",
}
FACTS = [
    *((f"m{i}", "isCreatedByArtist", "monet", "train") for i in range(1, 13)),
    *((f"m{i}", "hasStyle", "impressionism", "train") for i in range(1, 11)),
    ("m11", "hasStyle", "realism", "train"),
    ("monet", "wasBornIn", "paris", "train"),
    ("m10", "depicts", "klee", "train"),
]


@pytest.fixture
def graph(hetero) -> KnowledgeGraph:
    return KnowledgeGraph.from_hetero(hetero(KINDS, FACTS))


@pytest.fixture
def cited(graph) -> CitedRules:
    return CitedRules(mine(graph.triples["train"].numpy(), graph.num_entities, graph.num_relations), graph)


def ask(cited, *links):
    graph = cited.graph
    rows = [(graph.entities.index(h), graph.relations.index(r), graph.entities.index(t)) for h, r, t in links]
    return cited.table(np.array(rows, dtype=np.int64).reshape(-1, 3))


def test_a_link_cites_the_works_of_its_artist(cited):
    (row,) = ask(cited, ("m12", "hasStyle", "impressionism")).itertuples()
    said = "Of 11 artworks created by artist monet whose style is known, 10 have style impressionism."
    assert row.rule == said
    assert (row.rule_support, row.rule_of) == (10, 11)
    assert row.rule_confidence == pytest.approx(0.6772, abs=2e-4)  # (.9091 + .1230 - .1883) / 1.246, Wilson
    assert json.loads(row.rule_key) == ["hasStyle", "impressionism", ">isCreatedByArtist", "monet"]


def test_two_steps_of_the_same_counts_are_not_said_again(cited):
    (row,) = ask(cited, ("m12", "hasStyle", "impressionism")).itertuples()
    assert not any("paris" in more for more in row.more_rules)
    assert len(row.more_rules) == 1
    assert row.more_rules[0].startswith("Following “is created by artist”, then “is created by artist” backwards, then")


def test_a_recorded_fact_does_not_count_for_itself(cited):
    rows = ask(cited, ("m1", "hasStyle", "impressionism"), ("m11", "hasStyle", "realism"))
    assert (rows["rule_support"][0], rows["rule_of"][0]) == (9, 10)
    assert rows["rule"].isna()[1]  # the only work of that style speaks for nobody


def test_nothing_is_cited_where_no_rule_leads_from_the_head(cited):
    rows = ask(cited, ("klee", "wasBornIn", "paris"), ("m12", "depicts", "klee"))
    assert list(rows.columns) == COLUMNS
    assert rows["rule"].isna().all()
    assert rows["more_rules"].tolist() == [[], []]
    assert ask(cited).empty


def test_the_kind_in_the_middle_is_said_once(hetero):
    facts = [
        *((f"m{i}", "isCreatedByArtist", "monet" if i < 4 else "klee", "train") for i in range(1, 7)),
        *((f"m{i}", "hasStyle", "impressionism", "train") for i in range(1, 6)),
        *((artist, "wasBornIn", "paris", "train") for artist in ("monet", "klee")),
    ]
    graph = KnowledgeGraph.from_hetero(hetero(KINDS, facts))
    rules = CitedRules(mine(graph.triples["train"].numpy(), graph.num_entities, graph.num_relations), graph)
    (row,) = ask(rules, ("m6", "hasStyle", "impressionism")).itertuples()
    said = "Of 5 artworks created by any artist born in paris whose style is known, 5 have style impressionism."
    assert said in [row.rule, *row.more_rules]
