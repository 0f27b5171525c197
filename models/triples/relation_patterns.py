"""What the data says of relations: functional, symmetric, inverse of one another."""

import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from base.distinct import distinct
from base.errors import InputError
from models.triples.knowledge_graph import KnowledgeGraph

SUPPORT = 20  # heads or facts from which on a habit is taken for a rule
FUNCTIONAL = 0.99  # share of heads with one tail
SAMPLED = 10_000  # facts that show whether it is worth while to look at all
MUTUAL = 0.8  # share of facts that are recorded the other way round too


class PatternSupport(NamedTuple):
    """How many of a relation's heads or facts keep to a pattern."""

    pattern: str
    relation: str
    other: str | None
    """The inverse relation, where the pattern is that."""
    kept: int
    of: int
    holds: bool


class Patterns(BaseModel):
    """Patterns by the names of relations; for the terms see RotatE (https://arxiv.org/abs/1902.10197)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    functional: tuple[str, ...] = ()
    """Relations of which a head has one tail, so that a head which has one is proposed no second."""
    symmetric: tuple[str, ...] = ()
    """Relations r with (t, r, h) wherever (h, r, t)."""
    inverse: tuple[tuple[str, str], ...] = ()
    """Pairs (r, s) with (t, s, h) wherever (h, r, t), and the other way round."""
    complete: tuple[str, ...] = ()
    """Relations of which every head has a tail, recorded or not; no data shows that, a person declares it."""

    @classmethod
    def of(cls, graph: KnowledgeGraph, told: Self | None = None) -> Self:
        """Those that the facts show, and instead of each key that somebody `told`, what was told.

        A key of which nothing was told is found in the data; `complete`, which cannot be, is empty then. Relations that
        the graph does not have (any longer) are left out.
        """
        found = cls.found(graph)
        if told is None:
            return found
        known = set(graph.relations)
        kept = {
            "functional": tuple(name for name in told.functional if name in known),
            "symmetric": tuple(name for name in told.symmetric if name in known),
            "inverse": tuple(pair for pair in told.inverse if known.issuperset(pair)),
            "complete": tuple(name for name in told.complete if name in known),
        }
        return found.model_copy(update={key: kept[key] for key in told.model_fields_set})

    @classmethod
    def found(cls, graph: KnowledgeGraph, support: int = SUPPORT) -> Self:
        """Those that the facts of all splits show."""
        holding = [finding for finding in findings(graph, support) if finding.holds]
        names: dict[str, list[str]] = {"functional": [], "symmetric": []}
        for finding in holding:
            if finding.pattern in names:
                names[finding.pattern].append(finding.relation)
        pairs = [(f.relation, f.other) for f in holding if f.pattern == "inverse" and f.other is not None]
        return cls(functional=tuple(names["functional"]), symmetric=tuple(names["symmetric"]), inverse=tuple(pairs))

    @classmethod
    def declared(cls, path: Path) -> Self:
        """What a TOML file with the keys `functional`, `symmetric`, `inverse`, `complete`, or some of them, says alone.

        Raises InputError for a file that is not so; its names are not looked at.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
            raise InputError(f"{path}: {error}") from error

    @property
    def named(self) -> list[str]:
        """All relations that it names."""
        return [*self.functional, *self.symmetric, *self.complete, *(name for pair in self.inverse for name in pair)]

    def toml(self, seen: Sequence["PatternSupport"]) -> str:
        """A file that `declared` takes, with what the data shows as comments."""
        shown = {(finding.pattern, finding.relation, finding.other): finding for finding in seen}

        def line(pattern: str, name: str, other: str | None = None) -> str:
            finding = shown.get((pattern, name, other))
            value = f"[{_quoted(name)}, {_quoted(other)}]" if other is not None else _quoted(name)
            of = "heads have one tail" if pattern == "functional" else "facts are recorded both ways"
            return f"  {value}," + (f"  # {finding.kept:,} of {finding.of:,} {of}" if finding else "  # as told") + "\n"

        functional = "".join(line("functional", name) for name in self.functional)
        symmetric = "".join(line("symmetric", name) for name in self.symmetric)
        inverse = "".join(line("inverse", one, other) for one, other in self.inverse)
        complete = "".join(line("complete", name) for name in self.complete)
        blocks = {"functional": functional, "symmetric": symmetric, "inverse": inverse}
        written = "\n".join(f"{name} = [\n{lines}]\n" for name, lines in blocks.items())
        told = "# Relations of which every head has an answer, recorded or not: no data shows that."
        return f"{written}\n{told}\ncomplete = [\n{complete}]\n"

    def implied(self, facts: Tensor, relations: Sequence[str]) -> Tensor:
        """What facts [m, 3] say the other way round, by symmetric and inverse relations, [k, 3]."""
        others = [(name, name) for name in self.symmetric]
        others += [pair for one, other in self.inverse for pair in ((one, other), (other, one))]
        parts = [facts[:0]]
        for one, other in others:
            own = facts[facts[:, 1] == relations.index(one)]
            parts.append(torch.stack([own[:, 2], torch.full_like(own[:, 1], relations.index(other)), own[:, 0]], dim=1))
        return torch.cat(parts)


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)  # a TOML basic string is written alike


def findings(graph: KnowledgeGraph, support: int = SUPPORT) -> list[PatternSupport]:
    """Every relation's functional share, and all symmetric and inverse habits that are kept at least half the time.

    A pattern holds from `support` heads (functional) or facts on: functional where FUNCTIONAL of the heads have one
    tail, symmetric and inverse where MUTUAL of the facts, of both relations, are recorded the other way round.
    """
    facts, entities = graph.facts, graph.num_entities
    keys = facts[:, 0] * entities + facts[:, 2]
    of = [torch.from_numpy(distinct(keys[facts[:, 1] == row].numpy())) for row in range(graph.num_relations)]
    return [*_functional(graph, of, support), *_mutual(graph, of, support)]


def _functional(graph: KnowledgeGraph, of: list[Tensor], support: int) -> Iterator[PatternSupport]:
    """`of`: the pairs head · N + tail of each relation, sorted, each once."""
    for name, pairs in zip(graph.relations, of, strict=True):
        heads, values = torch.unique_consecutive(pairs // graph.num_entities, return_counts=True)
        single = int((values == 1).sum())
        holds = len(heads) >= support and single >= FUNCTIONAL * len(heads)
        yield PatternSupport("functional", name, None, single, len(heads), holds)


def _both_ways(ones: Tensor, others: Tensor, entities: int) -> int:
    """How many of `others` stand the other way round among `ones`; 0 where a sample shows that fewer than half do."""
    if len(others) > 10 * SAMPLED:
        some = torch.randint(len(others), (SAMPLED,), generator=torch.Generator().manual_seed(0))
        turned = _turned(others[some], entities)
        at = torch.searchsorted(ones, turned).clamp_(max=len(ones) - 1)
        if int((ones[at] == turned).sum()) < 0.4 * SAMPLED:  # twenty standard errors below a half
            return 0
    joined = distinct(torch.cat([ones, _turned(others, entities)]).numpy())
    return len(ones) + len(others) - len(joined)


def _turned(pairs: Tensor, entities: int) -> Tensor:
    return pairs % entities * entities + pairs // entities


def _mutual(graph: KnowledgeGraph, of: list[Tensor], support: int) -> Iterator[PatternSupport]:
    for one, name in enumerate(graph.relations):
        for other in range(one, graph.num_relations):
            fewer, most = sorted((len(of[one]), len(of[other])))
            if fewer == 0 or 2 * fewer < most:
                continue
            both = _both_ways(of[one], of[other], graph.num_entities)
            if 2 * both < most:
                continue
            holds = fewer >= support and both >= MUTUAL * most
            if one == other:
                yield PatternSupport("symmetric", name, None, both, most, holds)
            else:
                yield PatternSupport("inverse", name, graph.relations[other], both, most, holds)
