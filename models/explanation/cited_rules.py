"""Which rules speak for a link: those whose path leads from its head, by today's facts, the link itself left out."""

import json
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from models.explanation.rule_sentences import sentence
from models.rules.facts import NONE, Facts, Integers, RuleConfig, among, place, walk
from models.rules.rule_set import RuleSet
from models.rules.wilson import lower_bound
from models.triples.knowledge_graph import KnowledgeGraph

MOST = 3
PLAINER = 0.05  # confidence that a rule of one more step, or of a closed path, must be ahead by to be named first
LEAST = 0.1  # confidence below which a rule is no reason
CONFIG = RuleConfig()  # whose bounds hold here too
COLUMNS = ["rule", "rule_key", "rule_support", "rule_of", "rule_confidence", "more_rules"]
LINKS = 2000  # looked at at a time


class CitedRules:
    """Rules of a graph, as lookups for its links."""

    def __init__(self, rules: RuleSet, graph: KnowledgeGraph) -> None:
        """`rules` are of the graph's vocabulary, learned on its training facts or on earlier ones."""
        forward = (rules.step < graph.num_relations) & (rules.confidence >= LEAST)
        self.rules = rules.at(np.flatnonzero(forward))
        self.graph = graph
        recorded = np.concatenate([part.numpy() for part in graph.triples.values()])
        self.facts = Facts(recorded, graph.num_entities, graph.num_relations)
        self.trained = Facts(graph.triples["train"].numpy(), graph.num_entities, graph.num_relations)
        constant = np.flatnonzero(self.rules.answer != NONE)
        self._bodies, body = np.unique(
            self._body(self.rules.path[constant].T, self.rules.value[constant]), return_inverse=True
        )
        keys = self._rule_key(body, self.rules.step[constant], self.rules.answer[constant])
        order = np.argsort(keys)
        self._keys, self._rows = keys[order], constant[order]

    def table(self, triples: Integers) -> pd.DataFrame:
        """COLUMNS for links [n, 3] (rows of the graph): the best rule in a sentence, its key and its counts.

        more_rules: the sentences of the next ones, MOST in all. The counts are without the link itself where that is a
        training fact. Empty where no rule of at least LEAST confidence speaks for the link.
        """
        found = [self.find(triples[start : start + LINKS]) for start in range(0, len(triples), LINKS)]
        rows = [self._told(rules) for part in found for rules in part]
        return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(["rule_support", "rule_of"], "Int64"))

    def find(self, triples: Integers) -> list[RuleSet]:
        """For each of links [n, 3] its best rules, at most MOST: the surest, a plain one before a far one."""
        link, row = (
            np.concatenate(parts) for parts in zip(self._constants(triples), self._closed(triples), strict=True)
        )
        rules = self._without(triples[link], self.rules.at(row))
        steps = (rules.path != NONE).sum(1)
        plain = rules.confidence - PLAINER * (steps - 1 + (rules.answer == NONE))
        order = np.lexsort((row, -rules.of, -plain, link))
        order = order[rules.confidence[order] >= LEAST]
        # rules of equal counts nearly always speak of the same entities: the plainest of them is enough
        counts = np.stack([link[order], rules.support[order], rules.of[order]])
        order = order[np.sort(np.unique(counts, axis=1, return_index=True)[1])]
        starts = np.searchsorted(link[order], np.arange(len(triples) + 1))
        return [rules.at(order[first:last][:MOST]) for first, last in pairwise(starts.tolist())]

    def _constants(self, triples: Integers) -> tuple[Integers, Integers]:
        """(link, rule) of rules whose value the head has."""
        link, first, middle = self.facts.onward(triples[:, 0], CONFIG.hub)
        away = self._not_itself(triples, link, triples[link, 0], first, middle)
        link, first, middle = link[away], first[away], middle[away]
        again, second, value = self.facts.onward(middle, CONFIG.far_hub)
        away = self._not_itself(triples, link[again], middle[again], second, value) & (value != triples[link[again], 0])
        again, second, value = again[away], second[away], value[away]
        one = np.stack([first, np.full_like(first, NONE), np.full_like(first, NONE)])
        two = np.stack([first[again], second, np.full_like(second, NONE)])
        bodies = np.concatenate([self._body(one, middle), self._body(two, value)])
        links = np.concatenate([link, link[again]])
        known = among(bodies, self._bodies)
        bodies, links = place(bodies[known], self._bodies), links[known]
        keys, at = np.unique(
            self._rule_key(bodies, triples[links, 1], triples[links, 2]) * len(triples) + links, return_index=True
        )
        keys, links = keys // len(triples), links[at]
        right = among(keys, self._keys)
        return links[right], self._rows[place(keys[right], self._keys)] if len(self._keys) else keys[:0]

    def _not_itself(
        self, triples: Integers, link: Integers, entity: Integers, step: Integers, value: Integers
    ) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Whether facts are others than the links that they are to speak for, read either way."""
        head, relation, tail = triples[link].T
        forward = (entity == head) & (step == relation) & (value == tail)
        backward = (entity == tail) & (step == relation + self.facts.relations) & (value == head)
        other: np.ndarray[tuple[int], np.dtype[np.bool_]] = ~(forward | backward)
        return other

    def _closed(self, triples: Integers) -> tuple[Integers, Integers]:
        """(link, rule) of closed paths that lead from the head to the tail and meet neither on the way."""
        closed = np.flatnonzero(self.rules.answer == NONE)
        links, rows = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for relation in np.unique(triples[:, 1]):
            own = np.flatnonzero(triples[:, 1] == relation)
            for row in closed[self.rules.step[closed] == relation]:
                steps = [int(step) for step in self.rules.path[row] if step != NONE]
                start, end = walk(self.facts, triples[own, 0], steps, CONFIG.hub)
                reached = own[np.unique(start[end == triples[own[start], 2]])]
                links.append(reached)
                rows.append(np.full_like(reached, row))
        return np.concatenate(links), np.concatenate(rows)

    def _without(self, triples: Integers, rules: RuleSet) -> RuleSet:
        """Rules of links [n, 3], counted as if the link itself were not among the training facts."""
        head, relation, tail = triples.T
        own = self.trained.holds(head, relation, tail).astype(np.int64)
        alone = self.trained.fan[head * self.trained.steps + relation] == 1
        constant = rules.answer != NONE
        of = np.maximum(rules.of - own * (alone | ~constant), 0)
        support = np.clip(rules.support - own, 0, of)
        return RuleSet(rules.step, rules.answer, rules.path, rules.value, support, of)

    def _told(self, rules: RuleSet) -> list[object]:
        if len(rules) == 0:
            return [None, None, None, None, None, []]
        said = [sentence(rules, row, self.graph) for row in range(len(rules))]
        confidence = round(float(lower_bound(rules.support[:1], rules.of[:1])[0]), 4)
        return [said[0], key(rules, 0, self.graph), int(rules.support[0]), int(rules.of[0]), confidence, said[1:]]

    def _body(self, path: Integers, value: Integers) -> Integers:
        """One number for each path [2 or more, n] of one or two steps and its value."""
        body: Integers = (path[0] * (self.facts.steps + 1) + path[1] + 1) * self.facts.entities + value
        return body

    def _rule_key(self, body: Integers, step: Integers, answer: Integers) -> Integers:
        rule: Integers = (body * self.graph.num_relations + step) * self.facts.entities + answer
        return rule


def key(rules: RuleSet, row: int, graph: KnowledgeGraph) -> str:
    """A rule's name as a JSON array: relation, answer, the steps of its path (> along, < against a fact), its value.

    Answer and value are null for a closed path.
    """
    names: Sequence[str] = [*(f">{name}" for name in graph.relations), *(f"<{name}" for name in graph.relations)]
    path = [names[step] for step in rules.path[row] if step != NONE]
    ends = [None if end == NONE else graph.entities[end] for end in (rules.answer[row], rules.value[row])]
    parts = [graph.relations[rules.step[row]], ends[0], *path, ends[1]]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
