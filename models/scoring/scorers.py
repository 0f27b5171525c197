"""How plausible a fact is: match(query(h, r), t), higher is better.

A scorer turns the known entity and the relation into a query vector, and matches queries with candidate entities in
three shapes: pairs, a list per query, and every query with every candidate. Complex vectors are [real; imaginary].
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal, Protocol, Self

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from models.scoring.norms import EUCLIDEAN, MODULI, SUM, Norm
from models.scoring.product import product
from models.scoring.sampled_distance import sampled_distance
from models.scoring.sampled_product import sampled_product
from models.triples.sides import Side

CHUNK = 2**22  # numbers in one block of differences between queries and candidates, on a GPU
COLUMNS = 256  # candidates that all queries are measured with at a time, on a CPU


class Settings(Protocol):
    """The hyperparameters that scorers look at."""

    @property
    def margin(self) -> float: ...

    @property
    def p_norm(self) -> int: ...

    @property
    def normalise(self) -> bool: ...

    @property
    def normalise_relations(self) -> bool: ...

    @property
    def rotate_distance(self) -> Literal["modulus", "l2"]: ...


class Scorer(ABC):
    """Scores of queries [B, W] and candidate entities; `side` is the end of the fact that is asked for."""

    complex_valued = False
    unit_entities = False
    angular_relations = False
    """Whether a relation's numbers are angles, which start all around the circle."""

    @classmethod
    def of(cls, config: Settings) -> Self:  # noqa: ARG003 (for those that have hyperparameters)
        """The scorer with the hyperparameters of a training."""
        return cls()

    def relation_width(self, width: int) -> int:
        """Numbers in a relation's vector, where an entity has `width`."""
        return width

    @abstractmethod
    def query(self, entity: Tensor, relation: Tensor, side: Side) -> Tensor:
        """Queries [B, W] from the known entities [B, W] and relations [B, R]."""

    @abstractmethod
    def inverse(self, relation: Tensor) -> Tensor:
        """Relations [B, R] whose tails are the heads of relations [B, R]: a query for either is the same."""

    @abstractmethod
    def score_pairs(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Scores [B] of queries [B, W] with one candidate each [B, W]; broadcasts over leading dimensions."""

    @abstractmethod
    def score_all(self, query: Tensor, candidates: Tensor) -> Tensor:
        """Scores [B, N] of queries [B, W] with all candidates [N, W], never holding B x N x W numbers."""

    def score_lists(self, query: Tensor, candidates: Tensor, lists: Tensor) -> Tensor:
        """Scores [B, K] of queries [B, W] with the rows `lists` [B, K] of candidates [N, W], in chunks."""
        rows = max(1, CHUNK // max(1, lists.shape[1] * query.shape[1]))

        def part(queries: Tensor, chosen: Tensor) -> Tensor:
            return self.score_pairs(queries[:, None], candidates[chosen])

        blocks = zip(torch.split(query, rows), torch.split(lists, rows), strict=True)
        return torch.cat([_recomputed(part, queries, chosen) for queries, chosen in blocks])


class _Product(Scorer):
    """Score is the inner product of query and candidate."""

    def score_pairs(self, query: Tensor, candidates: Tensor) -> Tensor:
        return (query * candidates).sum(-1)

    def score_all(self, query: Tensor, candidates: Tensor) -> Tensor:
        return product(query, candidates)

    def score_lists(self, query: Tensor, candidates: Tensor, lists: Tensor) -> Tensor:
        if query.is_cuda:
            return super().score_lists(query, candidates, lists)
        return sampled_product(query, candidates, lists)


class DistMult(_Product):
    """Sum of h * r * t (Yang et al. 2015, https://arxiv.org/abs/1412.6575); blind to direction."""

    def query(self, entity: Tensor, relation: Tensor, side: Side) -> Tensor:  # noqa: ARG002 (symmetric)
        return entity * relation

    def inverse(self, relation: Tensor) -> Tensor:
        return relation


class ComplEx(_Product):
    """Real part of the sum of h * r * conj(t) (Trouillon et al. 2016, https://arxiv.org/abs/1606.06357)."""

    complex_valued = True

    def query(self, entity: Tensor, relation: Tensor, side: Side) -> Tensor:
        real, imaginary = relation.chunk(2, dim=-1)
        return _rotate(entity, real, imaginary if side == "tail" else -imaginary)

    def inverse(self, relation: Tensor) -> Tensor:
        real, imaginary = relation.chunk(2, dim=-1)
        return torch.cat([real, -imaginary], dim=-1)


class _Distance(Scorer):
    """Score is the margin minus a distance between query and candidate; the inverse of a relation leads back."""

    def __init__(self, margin: float) -> None:
        self.margin = margin

    def inverse(self, relation: Tensor) -> Tensor:
        return -relation

    @abstractmethod
    def _distance(self, difference: Tensor) -> Tensor:
        """Distances from differences [..., W]."""

    def score_pairs(self, query: Tensor, candidates: Tensor) -> Tensor:
        return self.margin - self._distance(query - candidates)

    @property
    @abstractmethod
    def norm(self) -> Norm:
        """The norm of `_distance`, for blocks that it may overwrite."""

    def score_lists(self, query: Tensor, candidates: Tensor, lists: Tensor) -> Tensor:
        if query.is_cuda:
            return super().score_lists(query, candidates, lists)
        return self.margin - sampled_distance(query, candidates, lists, self.norm)

    def score_all(self, query: Tensor, candidates: Tensor) -> Tensor:
        if query.is_cuda:
            return self._match_blocks(query, candidates)
        blocks = [
            sampled_distance(query, some, torch.arange(len(some)).expand(len(query), -1), self.norm)
            for some in torch.split(candidates, COLUMNS)
        ]
        return self.margin - torch.cat(blocks, dim=1)

    def _match_blocks(self, query: Tensor, candidates: Tensor) -> Tensor:
        columns = max(1, CHUNK // max(1, query.numel()))

        def part(queries: Tensor, chosen: Tensor) -> Tensor:
            return self.score_pairs(queries[:, None], chosen[None])

        blocks = torch.split(candidates, columns)
        return torch.cat([_recomputed(part, query, chosen) for chosen in blocks], dim=1)


class TransE(_Distance):
    """Margin minus the p-norm of h + r - t (Bordes et al. 2013), all three of unit length unless `normalise` is off.

    Without `normalise_relations` h and t alone are of unit length.
    """

    def __init__(
        self, margin: float = 12.0, p: int = 1, normalise: bool = True, normalise_relations: bool = True
    ) -> None:
        super().__init__(margin)
        self.p = p
        self.unit_entities = normalise
        self.unit_relations = normalise and normalise_relations

    @classmethod
    def of(cls, config: Settings) -> Self:
        return cls(config.margin, config.p_norm, config.normalise, config.normalise_relations)

    def query(self, entity: Tensor, relation: Tensor, side: Side) -> Tensor:
        if self.unit_relations:
            relation = F.normalize(relation, dim=-1)
        return entity + relation if side == "tail" else entity - relation

    def _distance(self, difference: Tensor) -> Tensor:
        distance: Tensor = torch.linalg.vector_norm(difference, ord=self.p, dim=-1)
        return distance

    @property
    def norm(self) -> Norm:
        return {1: SUM, 2: EUCLIDEAN}[int(self.p)]


class RotatE(_Distance):
    """Margin minus the distance between h turned by the relation's angles and t (https://arxiv.org/abs/1902.10197).

    `distance` is the sum of moduli over components (its paper) or one L2 norm over all of them (the code of VL-KGE).
    """

    complex_valued = True
    angular_relations = True

    def __init__(self, margin: float = 12.0, distance: Literal["modulus", "l2"] = "modulus") -> None:
        super().__init__(margin)
        self.distance = distance

    @classmethod
    def of(cls, config: Settings) -> Self:
        return cls(config.margin, config.rotate_distance)

    def relation_width(self, width: int) -> int:
        return width // 2

    def query(self, entity: Tensor, relation: Tensor, side: Side) -> Tensor:
        angle = relation if side == "tail" else -relation
        return _rotate(entity, angle.cos(), angle.sin())

    def _distance(self, difference: Tensor) -> Tensor:
        moduli = torch.complex(*difference.chunk(2, dim=-1)).abs()
        distance: Tensor = moduli.sum(-1) if self.distance == "modulus" else torch.linalg.vector_norm(moduli, dim=-1)
        return distance

    @property
    def norm(self) -> Norm:
        return MODULI if self.distance == "modulus" else EUCLIDEAN


SCORERS: dict[str, type[Scorer]] = {"transe": TransE, "distmult": DistMult, "complex": ComplEx, "rotate": RotatE}


def _rotate(entity: Tensor, real: Tensor, imaginary: Tensor) -> Tensor:
    """Complex product of entities with relations given by their parts."""
    a, b = entity.chunk(2, dim=-1)
    return torch.cat([a * real - b * imaginary, a * imaginary + b * real], dim=-1)


def _recomputed(part: Callable[[Tensor, Tensor], Tensor], query: Tensor, candidates: Tensor) -> Tensor:
    """`part(query, candidates)`, whose inner numbers are computed again on the way back instead of kept."""
    if not torch.is_grad_enabled():
        return part(query, candidates)
    scores: Tensor = checkpoint(part, query, candidates, use_reentrant=False, preserve_rng_state=False)
    return scores
