"""Closed paths: a work's country is that of the artist who made it, wherever that is."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from base.distinct import counted, distinct
from models.rules.facts import Facts, Integers, RuleConfig, walk

LONGEST = 3
LEFT, LOOKED_AT = 5_000, 100_000  # walks that are gone on with, and those looked at, by which paths are chosen
Path = tuple[int, ...]


class Closed(NamedTuple):
    """A path of 1 to LONGEST steps for an asked step: of the pairs that it joins, how many are facts."""

    step: int
    path: Path
    support: int
    """Pairs that are facts."""
    of: int
    """Pairs whose entity has any value by the asked step."""


def closed_paths(facts: Facts, config: RuleConfig, seed: int = 0) -> Iterator[Closed]:
    """Those of every asked step that the most of `sample` facts have, counted on the pairs of `sample` entities.

    A walk meets no entity twice, so none leads through the fact that it is to explain.
    """
    draw = np.random.default_rng(seed)
    for step in range(facts.steps):
        own = np.flatnonzero(facts.step == step)
        if len(own) == 0 or config.shapes == 0:
            continue
        some = draw.permutation(own)[: config.sample]
        heads = draw.permutation(distinct(facts.entity[own]))[: config.sample]
        for path in shapes(facts, facts.entity[some], facts.value[some], step, config, draw):
            found = confidence(facts, heads, step, path, config)
            if found.support >= config.support:
                yield found


def confidence(facts: Facts, entities: Integers, step: int, path: Path, config: RuleConfig) -> Closed:
    """How often a path from these entities, all with a value by the step, ends at one of their values."""
    row, end = walk(facts, entities, list(path), config.hub)
    pairs = distinct(row * facts.entities + end)
    row, end = np.divmod(pairs, facts.entities)
    right = facts.holds(entities[row], step, end)
    return Closed(step, path, int(right.sum()), len(pairs))


def shapes(
    facts: Facts, entities: Integers, values: Integers, step: int, config: RuleConfig, draw: np.random.Generator
) -> list[Path]:
    """At most `shapes` paths that join entities [n] with values [n], those of the most pairs first.

    Of more than LEFT and LOOKED_AT walks so many are drawn.
    """
    radix = facts.steps + 1
    pair, node, code = np.arange(len(entities)), entities, np.zeros_like(entities)
    found = []
    for length in range(LONGEST):
        row, last = facts.between(node, values[pair])
        few = facts.fan[node[row] * facts.steps + last] <= config.hub
        found.append(distinct(pair[row[few]] * radix**LONGEST + code[row[few]] * radix + last[few] + 1))
        if length + 1 < LONGEST:
            some = _drawn(np.arange(len(node)), LEFT, draw)
            pair, node, code = pair[some], node[some], code[some]
            row, onward, end = facts.onward(node, config.hub)
            new = _drawn(np.flatnonzero((end != entities[pair[row]]) & (end != values[pair[row]])), LOOKED_AT, draw)
            pair, node, code = pair[row[new]], end[new], code[row[new]] * radix + onward[new] + 1
    codes, counts = counted(np.concatenate(found) % radix**LONGEST)
    most = np.lexsort((codes, -counts))
    paths = [_decoded(int(codes[i]), radix) for i in most if counts[i] >= config.support]
    return [path for path in paths if path != (step,)][: config.shapes]


def _drawn(rows: Integers, most: int, draw: np.random.Generator) -> Integers:
    return rows if len(rows) <= most else draw.permutation(rows)[:most]


def _decoded(code: int, radix: int) -> Path:
    steps: list[int] = []
    while code:
        code, step = divmod(code, radix)
        steps.insert(0, step - 1)
    return tuple(steps)
