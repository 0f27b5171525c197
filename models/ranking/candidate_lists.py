"""The lists that are served: for each head its best tails that are not known yet, among what the relation joins."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from models.ranking.candidates import of_types
from models.ranking.distance_bounds import Cells
from models.ranking.ranking import BUDGET, block_rows
from models.ranking.scores import Scores, columns_of
from models.ranking.shortlists import Shortlists, Sketched
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.relation_patterns import Patterns

SHARE_TOP_K = 10


class Links(NamedTuple):
    """Links as columns [n] of equal length, on the CPU."""

    heads: Tensor
    relations: Tensor
    tails: Tensor
    scores: Tensor
    ranks: Tensor
    """The place among the head's new tails, from 1."""
    log_share: Tensor
    """The log of the link's share among the head's CONTENDERS best new tails, as a softmax of scores gives it."""
    has_known_tail: Tensor
    """Whether the head already has a known tail of the relation, bool."""

    @classmethod
    def joined(cls, parts: list["Links"]) -> "Links":
        """All links of the parts; none where there are none."""
        return cls(*(torch.cat(columns) for columns in zip(*parts, strict=True))) if parts else cls.none()

    @classmethod
    def none(cls) -> "Links":
        kinds = (torch.long, torch.long, torch.long, torch.float, torch.long, torch.float, torch.bool)
        return cls(*(torch.empty(0, dtype=kind) for kind in kinds))

    def at(self, rows: Tensor) -> "Links":
        """The links of these rows (indices, or bool [n])."""
        return Links(*(column[rows] for column in self))

    @property
    def triples(self) -> Tensor:
        return torch.stack([self.heads, self.relations, self.tails], dim=1)


def fact_keys(triples: Tensor, graph: KnowledgeGraph) -> Tensor:
    """One number for each of triples [m, 3]."""
    return (triples[:, 0] * graph.num_relations + triples[:, 1]) * graph.num_entities + triples[:, 2]


class CandidateLists:
    """Makes the lists of a model, in blocks of heads that hold at most `budget` numbers at a time.

    Left out are known facts and rejected links, what both say the other way round, second values of functional
    relations, and loops unless the relation has some. A relation without training facts has no lists: nothing is known
    of it. The facts of the splits `hidden` count as unknown: so lists are made as if they had yet to be found. `heads`
    bool [N] restricts who gets a list. Where a relation has more than `most_pairs` of a head and a tail (None: however
    many), and scores are costly, not all are made: see `models.ranking.shortlists`; `sketched` tells what that missed.
    """

    def __init__(
        self,
        scores: Scores,
        graph: KnowledgeGraph,
        patterns: Patterns,
        *,
        top_k: int,
        hidden: Collection[str] = (),
        heads: Tensor | None = None,
        most_pairs: int | None = None,
        budget: int = BUDGET,
    ) -> None:
        self.scores = scores
        self.graph = graph
        self.patterns = patterns
        self.top_k = top_k
        self.heads = heads
        self.most_pairs = most_pairs
        self.budget = budget
        self.sketched: list[Sketched] = []
        known = torch.cat([facts for split, facts in graph.triples.items() if split not in hidden])
        self.known = torch.cat([known, patterns.implied(known, graph.relations)])
        self.trained = set(graph.triples["train"][:, 1].tolist())
        self.looping = set(known[known[:, 0] == known[:, 2]][:, 1].tolist())
        rejected = patterns.implied(graph.rejected, graph.relations)
        self.ruled_out = torch.cat([self.known, graph.rejected, rejected])
        self.left_out = KnownFacts(self.ruled_out, graph.num_relations).to(scores.device)

    def count(self, relation: int, among: Tensor | None = None) -> int:
        """How many lists `blocks` makes: pairs of a head and the labels of tails that the relation joins with it."""
        return sum(len(heads) for heads, _ in self._joined(relation, among))

    def blocks(self, relation: int, among: Tensor | None = None) -> Iterator[tuple[int, Links]]:
        """(number of lists, their links), block by block; of the heads `among` (bool [N]) where they are given."""
        has_tail = self._has_tail(relation)
        for heads, tails in self._joined(relation, among):
            for block, some in self._blocks_of(relation, heads, tails):
                yield len(block), self._block(relation, block, some, has_tail)

    def excluded(self, pairs: Tensor, tails: Tensor) -> Cells:
        """Cells of a matrix over sorted `tails` that are no new links of pairs [B, 2] of one relation."""
        rows, entities = self.left_out.answers(pairs, "tail")
        if len(pairs) and int(pairs[0, 1]) not in self.looping:
            every = torch.arange(len(pairs), device=pairs.device)
            rows, entities = torch.cat([rows, every]), torch.cat([entities, pairs[:, 0]])
        columns = columns_of(entities, tails)
        return rows[columns >= 0], columns[columns >= 0]

    def may_hold(self, triples: Tensor) -> Tensor:
        """Which facts [m, 3] a list could name, bool [m]: none that is ruled out, and no loop."""
        named = ~torch.isin(fact_keys(triples, self.graph), fact_keys(self.ruled_out, self.graph))
        looping = torch.tensor([row in self.looping for row in range(self.graph.num_relations)], dtype=torch.bool)
        return named & ((triples[:, 0] != triples[:, 2]) | looping[triples[:, 1]])

    def _blocks_of(self, relation: int, heads: Tensor, tails: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """(some of the heads, the tails that are scored for them)."""
        few = self.most_pairs is None or len(heads) * len(tails) <= self.most_pairs
        if few or not self.scores.costly or not Shortlists.pay(len(heads), len(tails)):
            for block in torch.split(heads, block_rows(self.budget, len(tails))):
                yield block, tails
            return
        shortlists = Shortlists(self.scores, relation, heads, tails, self.excluded)
        self.sketched.append(shortlists.found(self.top_k))
        yield from shortlists.blocks(heads)

    def _has_tail(self, relation: int) -> Tensor:
        """Which entities have a known tail of the relation, bool [N]."""
        has_tail = torch.zeros(self.graph.num_entities, dtype=torch.bool)
        has_tail[self.known[self.known[:, 1] == relation][:, 0]] = True
        return has_tail

    def _joined(self, relation: int, among: Tensor | None) -> Iterator[tuple[Tensor, Tensor]]:
        """(eligible heads of one label, tails of all labels that the relation joins with it)."""
        if relation not in self.trained:
            return
        tails_of: dict[int, set[int]] = defaultdict(set)
        for head_type, tail_type in sorted(self.graph.relation_types[relation]):
            tails_of[head_type].add(tail_type)
        functional = self.graph.relations[relation] in self.patterns.functional
        lacking = ~self._has_tail(relation) if functional else None
        for head_type, tail_types in tails_of.items():
            heads = of_types(self.graph, {head_type})
            for chosen in (self.heads, among, lacking):
                heads = heads if chosen is None else heads[chosen[heads]]
            if len(heads):
                yield heads, of_types(self.graph, tail_types)

    @torch.no_grad()
    def _block(self, relation: int, heads: Tensor, tails: Tensor, has_tail: Tensor) -> Links:
        device = self.scores.device
        own, tails = heads.to(device), tails.to(device)
        pairs = torch.stack([own, torch.full_like(own, relation)], dim=1)
        hidden = self.excluded(pairs, tails)
        most = max(self.top_k, SHARE_TOP_K)
        scores = self.scores.score_best(pairs, "tail", tails, hidden, most)
        contenders, at = (part.cpu() for part in scores.topk(min(most, len(tails)), dim=1))
        best, at = contenders[:, : self.top_k], at[:, : self.top_k]
        log_share = best - contenders[:, :SHARE_TOP_K].logsumexp(1, keepdim=True)
        listed = heads[:, None].expand_as(best)
        ranks = torch.arange(1, best.shape[1] + 1).expand_as(best)
        new = best > -torch.inf
        return Links(
            heads=listed[new],
            relations=torch.full_like(listed[new], relation),
            tails=tails.cpu()[at[new]],
            scores=best[new],
            ranks=ranks[new],
            log_share=log_share[new],
            has_known_tail=has_tail[listed[new]],
        )
