"""Evidence is outdated where a fact that it cites is gone, or another rule speaks for the link."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from benchmarks.hubs import hub_graph
from models.explanation.cited_facts import outdated
from models.explanation.cited_rules import CitedRules
from models.rules.rule_set import RuleSet, mine
from models.triples.knowledge_graph import KnowledgeGraph

WORK, OTHER, THIRD = 0, 1, 2


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return hub_graph(60)


@pytest.fixture(scope="module")
def rules(graph: KnowledgeGraph) -> RuleSet:
    return mine(graph.triples["train"].numpy(), graph.num_entities, graph.num_relations)


def fact_of(graph: KnowledgeGraph, work: int, relation: int) -> list[int]:
    """A recorded fact of a work, as names' rows."""
    facts = graph.facts
    return facts[(facts[:, 0] == work) & (facts[:, 1] == relation)][0].tolist()


def links(graph: KnowledgeGraph, rules: RuleSet) -> pd.DataFrame:
    """Two links of style: one cites a work that has it, the other a path from that work's artist."""
    _, style, tail = fact_of(graph, OTHER, 1)
    artist = fact_of(graph, OTHER, 0)[2]
    e, r = graph.entities, graph.relations
    path = [e[artist], f"<{r[0]}", e[OTHER], f">{r[style]}", e[tail]]
    triples = np.array([[WORK, style, tail], [THIRD, style, tail]])
    told = CitedRules(rules, graph).table(triples)
    return pd.DataFrame(
        {
            "head": [e[WORK], e[THIRD]],
            "relation": r[style],
            "tail": e[tail],
            "similar": [[e[OTHER]], []],
            "paths": [[], [json.dumps(path)]],
            "rule_key": told["rule_key"],
        }
    )


def without(graph: KnowledgeGraph, fact: list[int]) -> KnowledgeGraph:
    kept = {name: part[(part != torch.tensor(fact)).any(1)] for name, part in graph.triples.items()}
    return replace(graph, triples=kept)


def test_what_is_still_recorded_is_left_alone(graph: KnowledgeGraph, rules: RuleSet) -> None:
    assert outdated(links(graph, rules), graph, rules) == []


def test_a_fact_that_is_gone_makes_those_outdated_that_cite_it(graph: KnowledgeGraph, rules: RuleSet) -> None:
    cited = links(graph, rules)
    cited["rule_key"] = None  # of rules, see below
    told = [graph.entities[row] for row in (WORK, THIRD)]
    none = rules.at(np.empty(0, dtype=np.int64))
    assert outdated(cited, without(graph, fact_of(graph, OTHER, 1)), none) == sorted(told)
    assert outdated(cited, without(graph, fact_of(graph, OTHER, 0)), none) == [told[1]]
    assert outdated(cited, without(graph, fact_of(graph, 5, 1)), none) == []


def test_another_rule_makes_a_link_outdated(graph: KnowledgeGraph, rules: RuleSet) -> None:
    cited = links(graph, rules)
    cited.loc[0, "rule_key"] = "another"
    assert outdated(cited, graph, rules) == [graph.entities[WORK]]


def test_ends_that_are_gone(graph: KnowledgeGraph, rules: RuleSet) -> None:
    cited = links(graph, rules)
    cited.loc[0, "tail"] = "gone"
    cited.loc[1, "head"] = "gone"
    assert outdated(cited, graph, rules) == [graph.entities[WORK]]


def test_links_of_earlier_versions_have_less_evidence(graph: KnowledgeGraph, rules: RuleSet) -> None:
    cited = links(graph, rules)
    gone = without(graph, fact_of(graph, OTHER, 1))
    assert outdated(cited[["head", "relation", "tail"]], gone, rules) == []
    assert outdated(cited.drop(columns=["paths", "rule_key"]), gone, rules) == [graph.entities[WORK]]
    cited["paths"] = [float("nan"), None]  # as where a night put links of today beside those of before
    assert outdated(cited.drop(columns="rule_key"), gone, rules) == [graph.entities[WORK]]
