"""Links whose evidence no longer holds: a fact that it cites is gone, or another rule speaks for the link."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pandas as pd
import torch
from pandas.api.types import is_list_like
from torch import Tensor

from base.distinct import Integers, among, distinct
from models.explanation.cited_rules import CitedRules
from models.rules.rule_set import RuleSet
from models.triples.knowledge_graph import KnowledgeGraph

Names = tuple[str, str, str]
LINKS = 10_000  # looked at at a time


def outdated(links: pd.DataFrame, graph: KnowledgeGraph, rules: RuleSet) -> list[str]:
    """The heads of links that today's facts no longer explain as it is told; `rules` are of the rows of `graph`.

    `links` have head, relation and tail (ids), and the columns similar, paths and rule_key of
    `explanation.evidence`; those that an earlier version did not write are not looked at. A link to an entity that is
    gone is one of them, one whose head is gone is not.
    """
    known = _Known(graph)
    links = links[links["head"].isin(known.entities)]
    there = links["tail"].isin(known.entities) & links["relation"].isin(known.relations)
    found = set(links.loc[~there, "head"])
    links = links[there]
    for start in range(0, len(links), LINKS):
        part = links.iloc[start : start + LINKS]
        ends = (part[name] for name in ("head", "relation", "tail"))
        evidence = (_lists(part, name) for name in ("similar", "paths"))
        cited = [(row[0], fact) for row in zip(*ends, *evidence, strict=True) for fact in _cited(*row[1:])]
        recorded = known.among([fact for _, fact in cited])
        found |= {head for (head, _), kept in zip(cited, recorded, strict=True) if not kept}
    if "rule_key" not in links:
        return sorted(found)
    triples = known.rows(list(zip(links["head"], links["relation"], links["tail"], strict=True)))
    told = CitedRules(rules, graph).table(triples.numpy())["rule_key"].fillna("").to_numpy()
    return sorted(found.union(links.loc[told != links["rule_key"].fillna("").to_numpy(), "head"]))


def _lists(links: pd.DataFrame, column: str) -> list[Sequence[str]]:
    """A column's lists; empty where the column or a list is missing."""
    if column not in links:
        return [()] * len(links)
    return [value if is_list_like(value) else () for value in links[column]]


def _cited(relation: str, tail: str, similar: Sequence[str], paths: Sequence[str]) -> Iterator[Names]:
    """The facts that a link's evidence names."""
    for other in similar:
        yield other, relation, tail
    for path in paths:
        parts = json.loads(path)
        for (one, other), step in zip(pairwise(parts[::2]), parts[1::2], strict=True):
            yield (one, step[1:], other) if step[0] == ">" else (other, step[1:], one)


class _Known:
    """Today's facts as numbers."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.entities = {name: row for row, name in enumerate(graph.entities)}
        self.relations = {name: row for row, name in enumerate(graph.relations)}
        self.facts = distinct(self._keys(graph.facts))

    def rows(self, facts: list[Names]) -> Tensor:
        """Their numbers int64 [n, 3], -1 for what is gone."""
        rows = [(self.entities.get(h, -1), self.relations.get(r, -1), self.entities.get(t, -1)) for h, r, t in facts]
        return torch.tensor(rows, dtype=torch.long).reshape(-1, 3)

    def among(self, facts: list[Names]) -> list[bool]:
        """Which of the facts are recorded."""
        triples = self.rows(facts)
        found: list[bool] = (among(self._keys(triples), self.facts) & (triples >= 0).all(1).numpy()).tolist()
        return found

    def _keys(self, triples: Tensor) -> Integers:
        keys = (triples[:, 0] * len(self.relations) + triples[:, 1]) * len(self.entities) + triples[:, 2]
        return keys.numpy()
