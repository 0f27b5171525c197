"""A simulated museum: the ranks of its models are drawn, the gate and the choice of former champions are the real ones.

Ranks come from a model of queries: the logarithm of a fact's rank is how hard it is, less the model's skill, plus what
the model happens to think of the head, of the tail (values are hubs, as Zipf has it) and of the fact itself. A model's
true MRR is the mean over all facts that could have been drawn, a function of its skill alone. Two models trained from
nothing share how hard facts are; a warm start shares opinions with the model that it started from too. Spreads are
such that the mean of 1 / rank of a fact differs as measured between seeds on the art graph of `examples/art`: standard
deviation 0.154 of the difference between two cold starts, 0.116 after a warm one, on 2,345 gate and test facts.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from flows.retraining.plan import debt, former_champions
from graph.predicted.registry import CHAMPION, Model
from models.evaluation.gate import Former, RanksOfSides, judge
from models.evaluation.gate_config import GateConfig
from models.evaluation.verdict import Verdict
from models.ranking.ranking import Ranks
from models.triples.knowledge_graph import KnowledgeGraph

Numbers = npt.NDArray[np.float64]
SHARES = {"hasStyle": 0.3, "paintedBy": 0.3, "hasGenre": 0.25, "bornIn": 0.15}
HARDNESS = {"tail": 0.3, "head": 4.5}  # mean of the logarithm of rank; heads have many more answers
SPREAD = 2.5  # of hardness
HEAD, TAIL, FACT = 0.35, 0.35, 0.7  # spread of a model's opinions
WARM = 0.6  # correlation of opinions with those of the model that a warm start began from
CANDIDATES = 10_000


@dataclass(frozen=True)
class Opinions:
    """What a model happens to think: of heads [n, 2], of tails [n, 2] and of facts [n, 2], each of variance 1."""

    heads: Numbers
    tails: Numbers
    facts: Numbers

    @classmethod
    def drawn(cls, gate: "GateFacts", random: np.random.Generator) -> "Opinions":
        shapes = (gate.num_heads, gate.num_tails, len(gate.heads))
        return cls(*(random.standard_normal((of, 2)) for of in shapes))

    def warm(self, gate: "GateFacts", random: np.random.Generator, share: float) -> "Opinions":
        """Of a model that started from this one."""
        fresh, rest = Opinions.drawn(gate, random), np.sqrt(1 - share**2)
        return Opinions(*(share * getattr(self, of) + rest * getattr(fresh, of) for of in ("heads", "tails", "facts")))


@dataclass(frozen=True)
class GateFacts:
    """Facts that are drawn once: heads have one to three, tails are hubs."""

    heads: npt.NDArray[np.int64]
    relations: npt.NDArray[np.int64]
    tails: npt.NDArray[np.int64]
    hardness: Numbers
    """[n, 2]: of the tail query and of the head query."""

    @classmethod
    def drawn(cls, facts: int, random: np.random.Generator) -> "GateFacts":
        relations = random.choice(len(SHARES), facts, p=list(SHARES.values()))
        values = max(5, facts // 10)
        popularity = 1 / np.arange(1, values + 1)
        tails = random.choice(values, facts, p=popularity / popularity.sum()) + relations * values
        heads = random.integers(0, max(1, int(facts / 1.5)), facts)
        hardness = np.array(list(HARDNESS.values())) + SPREAD * random.standard_normal((facts, 2))
        return cls(heads, relations, tails, hardness)

    @property
    def num_heads(self) -> int:
        return int(self.heads.max()) + 1

    @property
    def num_tails(self) -> int:
        return int(self.tails.max()) + 1

    @cached_property
    def graph(self) -> KnowledgeGraph:
        """The part of a graph that the gate reads."""
        triples = torch.from_numpy(np.stack([self.heads, self.relations, self.tails + self.num_heads], axis=1))
        return KnowledgeGraph(
            entities=[],
            names=[],
            type_names=[],
            entity_types=torch.empty(0, dtype=torch.long),
            relations=list(SHARES),
            relation_types=[],
            triples={"gate": triples},
        )

    def ranks(self, skill: float, opinions: Opinions) -> RanksOfSides:
        """A model's ranks of these facts."""
        hubs = opinions.tails[self.tails]
        # Values compete: what a model thinks too well of one, it thinks too little of the others of the relation.
        rivals = np.stack([np.bincount(self.relations, hubs[:, side]) for side in range(2)], axis=1)
        hubs = hubs - (rivals / np.bincount(self.relations)[:, None])[self.relations]
        noise = HEAD * opinions.heads[self.heads] + TAIL * hubs + FACT * opinions.facts
        places = np.minimum(np.exp(np.minimum(self.hardness - skill + noise, 30)), CANDIDATES - 1).astype(np.int64)
        greater = torch.from_numpy(places)
        none = torch.zeros_like(greater[:, 0])
        return {
            "tail": Ranks(greater[:, 0], none, none, none + CANDIDATES),
            "head": Ranks(greater[:, 1], none, none, none + CANDIDATES),
        }


class Truth:
    """True MRR by skill, and the other way round."""

    def __init__(self) -> None:
        self.skills = np.linspace(-6, 6, 481)
        spread = np.sqrt(SPREAD**2 + HEAD**2 + TAIL**2 + FACT**2)
        logs = np.log(np.arange(1, CANDIDATES))  # a rank of at most r is one below log r
        means = np.array(list(HARDNESS.values()))[None, :, None] - self.skills[:, None, None]
        at_most = torch.special.ndtr(torch.from_numpy((logs - means) / spread)).numpy()
        shares = np.diff(at_most, axis=2, prepend=0, append=1)
        self.mrrs = (shares / np.arange(1, CANDIDATES + 1)).sum(2).mean(1)

    @classmethod
    @cache
    def known(cls) -> "Truth":
        """It takes a moment, and is the same for all museums."""
        return cls()

    def skill(self, mrr: float) -> float:
        return float(np.interp(mrr, self.mrrs, self.skills))


@dataclass(frozen=True)
class Trained:
    """A simulated model: what is registered of it, and what only the simulation knows."""

    version: str
    mrr: float
    """Its true MRR."""
    opinions: Opinions


@dataclass
class Museum:
    """Nights at one graph: every night a challenger is judged, and promoted if it passes."""

    gate: GateFacts
    config: GateConfig
    random: np.random.Generator
    truth: Truth
    first: float = 0.42

    def __post_init__(self) -> None:
        self.trained = {"night-0": Trained("night-0", self.first, Opinions.drawn(self.gate, self.random))}
        self.models = [_registered("night-0", 0, None)]

    @property
    def champion(self) -> Trained:
        return self.trained[next(model.version for model in self.models if model.alias == CHAMPION)]

    def night(self, change: float, warm: float) -> Verdict:
        """One night with a challenger whose true MRR differs from the champion's by `change`."""
        number, champion = len(self.trained), self.champion
        opinions = champion.opinions.warm(self.gate, self.random, warm)
        challenger = Trained(f"night-{number}", champion.mrr + change, opinions)
        self.trained[challenger.version] = challenger
        verdict = self.judge(challenger)
        stored = json.loads(verdict.model_dump_json()) | {"champion": champion.version}
        self.models.insert(0, _registered(challenger.version, number, stored))
        if verdict.passed:
            names = (challenger.version, champion.version)
            for place, model in enumerate(self.models):
                if model.version in names:
                    alias = CHAMPION if model.version == challenger.version else None
                    promoted = model.promoted_at or model.created_at
                    self.models[place] = replace(model, alias=alias, promoted_at=promoted)
        return verdict

    def judge(self, challenger: Trained) -> Verdict:
        champion = next(model for model in self.models if model.alias == CHAMPION)
        everything = torch.ones(len(self.gate.heads), dtype=torch.bool)
        formers = {
            version: Former(self._ranks(self.trained[version]), everything)
            for version in former_champions(self.models, self.config.former_champions)
        }
        ranks = (self._ranks(self.champion), self._ranks(challenger))
        return judge(self.gate.graph, *ranks, self.config, formers=formers, debt=debt(champion))

    def _ranks(self, model: Trained) -> RanksOfSides:
        return self.gate.ranks(self.truth.skill(model.mrr), model.opinions)


def _registered(version: str, night: int, verdict: dict[str, Any] | None) -> Model:
    created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=night)
    return Model(
        version=version,
        scorer="complex",
        config={},
        metrics={},
        data_fingerprint="",
        encoders={},
        created_at=created,
        alias=None if night else CHAMPION,
        promoted_at=None if night else created,
        verdict=verdict,
    )
