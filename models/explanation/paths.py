"""Paths between the two ends of a link, through given facts, in either direction of each."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from torch import Tensor

from base.distinct import distinct
from models.triples.knowledge_graph import KnowledgeGraph

Integers = npt.NDArray[np.int64]

LONGEST = 3  # facts in a path
HUB = 300  # facts of an entity from which on no path goes through it: what shares a country or a century is no kin
LINKS = 2000  # searched at a time
MARKED = 16  # neighbours that are marked in the time that one is searched for


class Found(NamedTuple):
    """Per link its paths, shortest first, then the most frequent shape; at most one of each shape."""

    paths: list[list[str]]
    """Each a JSON array that alternates ids and relations: '["Q1",">madeBy","Q2","<madeBy","Q3"]'; > along the fact."""
    counts: list[list[int]]
    """How many paths of that shape, the same relations in the same directions, join the two ends."""


class _Walks(NamedTuple):
    """Walks as columns: the link that each belongs to, its steps, and the entities that it went through."""

    link: Integers
    steps: Integers  # [length, n]
    through: Integers  # [length - 1, n]


class Paths:
    """Searches paths in some facts int64 [m, 3] of a graph, held as sorted arrays."""

    def __init__(self, graph: KnowledgeGraph, facts: Tensor, hub: int = HUB) -> None:
        head, relation, tail = facts.numpy().T
        source, target = np.concatenate([head, tail]), np.concatenate([tail, head])
        step = np.concatenate([2 * relation, 2 * relation + 1])
        self.graph = graph
        self.count, kinds = graph.num_entities, 2 * graph.num_relations
        self.keys, self.step = np.divmod(distinct((source * self.count + target) * kinds + step), kinds)
        source, self.target = np.divmod(self.keys, self.count)
        self.starts = np.searchsorted(source, np.arange(self.count + 1))
        self.passable = np.diff(self.starts) < hub

    def find(self, heads: Sequence[int], tails: Sequence[int], most: int = 3) -> Found:
        """At most `most` shapes of paths of 1 to LONGEST facts for each pair of entities (rows of the graph)."""
        found = Found([], [])
        ends = np.asarray(heads, dtype=np.int64), np.asarray(tails, dtype=np.int64)
        for start in range(0, len(ends[0]), LINKS):
            part = self._find(ends[0][start : start + LINKS], ends[1][start : start + LINKS], most)
            found.paths.extend(part.paths)
            found.counts.extend(part.counts)
        return found

    def _find(self, heads: Integers, tails: Integers, most: int) -> Found:
        none = np.empty((0, len(heads)), dtype=np.int64)
        front, at = _Walks(np.arange(len(heads)), none, none), heads
        found = Found([[] for _ in heads], [[] for _ in heads])
        for length in range(1, LONGEST + 1):
            self._keep(self._arrive(front, at, tails), heads, tails, most, found)
            if length < LONGEST:
                front, at = self._go_on(front, at, heads, tails)
        return found

    def _arrive(self, front: _Walks, at: Integers, tails: Integers) -> _Walks:
        """Every walk that one more fact brings to the tail of its link."""
        near = self._near(front.link, at, tails)
        keys = at[near] * self.count + tails[front.link[near]]
        first, last = np.searchsorted(self.keys, keys, "left"), np.searchsorted(self.keys, keys, "right")
        row, edge = _spread(first, last)
        walk = near[row]
        return _Walks(front.link[walk], np.vstack([front.steps[:, walk], self.step[edge]]), front.through[:, walk])

    def _near(self, link: Integers, at: Integers, tails: Integers) -> Integers:
        """The walks, ascending by link, that may be a fact away from its tail; searching for all takes far longer."""
        borders = np.searchsorted(link, np.arange(len(tails) + 1)).tolist()
        beside = np.zeros(self.count, dtype=bool)
        found = [np.empty(0, dtype=np.int64)]
        for tail, start, stop in zip(tails.tolist(), borders, borders[1:], strict=False):
            neighbours = self.target[self.starts[tail] : self.starts[tail + 1]]
            if len(neighbours) > MARKED * (stop - start):
                found.append(np.arange(start, stop))
                continue
            beside[neighbours] = True
            found.append(start + np.flatnonzero(beside[at[start:stop]]))
            beside[neighbours] = False
        return np.concatenate(found)

    def _go_on(self, front: _Walks, at: Integers, heads: Integers, tails: Integers) -> tuple[_Walks, Integers]:
        """Every walk with one more fact, to an entity that is no hub and not yet on it; and where that is."""
        walk, edge = _spread(self.starts[at], self.starts[at + 1])
        link, to = front.link[walk], self.target[edge]
        new = self.passable[to] & (to != heads[link]) & (to != tails[link]) & (front.through[:, walk] != to).all(0)
        walk, edge, link, to = walk[new], edge[new], link[new], to[new]
        steps = np.vstack([front.steps[:, walk], self.step[edge]])
        return _Walks(link, steps, np.vstack([front.through[:, walk], to])), to

    def _keep(self, walks: _Walks, heads: Integers, tails: Integers, most: int, found: Found) -> None:
        """One walk of each shape, the most frequent shapes first, as far as a link has places left."""
        if len(walks.link) == 0:
            return
        kinds = 2 * self.graph.num_relations
        shape = walks.link
        for step in walks.steps:
            shape = shape * kinds + step
        _, first, counts = np.unique(shape, return_index=True, return_counts=True)
        for i in np.lexsort((first, -counts, walks.link[first])).tolist():
            walk, link = first[i], walks.link[first[i]]
            if len(found.paths[link]) < most:
                nodes = [heads[link], *walks.through[:, walk], tails[link]]
                found.paths[link].append(self._text(nodes, walks.steps[:, walk]))
                found.counts[link].append(int(counts[i]))

    def _text(self, nodes: Sequence[int], steps: Integers) -> str:
        parts = [self.graph.entities[nodes[0]]]
        for node, step in zip(nodes[1:], steps.tolist(), strict=True):
            parts += [("<" if step % 2 else ">") + self.graph.relations[step // 2], self.graph.entities[node]]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _spread(first: Integers, last: Integers) -> tuple[Integers, Integers]:
    """All (row, position) with first[row] <= position < last[row], in order."""
    sizes = last - first
    rows = np.repeat(np.arange(len(first)), sizes)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rows, first[rows] + within
