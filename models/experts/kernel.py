"""How alike two entities are by text, by picture and by their facts, and ridge regression over that.

k(x, y) = 1 + the sum over text and picture of exp(3 (cos - 1)) + exp(2 (cos of bags of facts - 1)),

where what one of the two lacks adds nothing.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

OF_FEATURES, OF_BAGS = 3.0, 2.0  # of exp(c (cos - 1))
LANDMARKS = 1000  # of a regression
PENALTIES = (0.1, 0.3, 1.0, 3.0)
SMALLEST = 1e-4  # added to the landmarks' kernel, of which some nearly coincide
LARGEST = 0.95  # leverage: beyond, the others say nothing of an example


class Described(NamedTuple):
    """Entities [n] by unit features [n, d] of each modality, zero where there are none, and unit bags [n, C]."""

    features: list[Tensor]
    bags: Any
    """None: facts do not count."""

    def take(self, rows: Tensor) -> "Described":
        """Some of them."""
        return Described([part[rows] for part in self.features], None if self.bags is None else self.bags[rows.numpy()])


def of_unit(bags: Any, columns: Any) -> Any:
    """Bags [n, C] of the columns that are true in bool [C], each of length one."""
    some = bags.multiply(columns.astype(np.float32)).tocsr()
    some.eliminate_zeros()
    some.data /= np.repeat(np.sqrt(np.diff(some.indptr)), np.diff(some.indptr))
    return some.astype(np.float32)


def kernel(ours: Described, theirs: Described) -> Tensor:
    """k float32 [n, m]."""
    total: Tensor | float = 1.0
    for own, other in zip(ours.features, theirs.features, strict=True):
        both = (own.any(1).float()[:, None], other.any(1).float()[None])
        total = total + ((own @ other.T - 1) * OF_FEATURES).exp_() * both[0] * both[1]
    if ours.bags is not None:
        alike = torch.from_numpy((ours.bags @ theirs.bags.T).toarray())
        filled = [torch.from_numpy((np.diff(of.bags.indptr) > 0).astype(np.float32)) for of in (ours, theirs)]
        total = total + ((alike - 1) * OF_BAGS).exp_() * filled[0][:, None] * filled[1][None]
    assert isinstance(total, Tensor)
    return total


class Fit(NamedTuple):
    """A regression: landmarks, as rows of its examples [m], their weights [m, T], and examples' leverages [n]."""

    landmarks: Tensor
    weights: Tensor
    leverages: Tensor


def ridge(examples: Described, targets: Tensor, seed: int) -> Fit:
    """Regress targets [n, T] on examples; of PENALTIES that counts with which left-out examples are found best.

    With more examples than LANDMARKS it is the Nyström approximation (Williams and Seeger 2001) by drawn ones. An
    example is left out in closed form: y - f of a fit without it is (y - f) / (1 - h), with its leverage h.
    """
    count = len(targets)
    drawn = torch.randperm(count, generator=torch.Generator().manual_seed(seed))[:LANDMARKS].sort().values
    landmarks = examples.take(drawn)
    own = kernel(landmarks, landmarks).double()
    factor = torch.linalg.cholesky(own + SMALLEST * torch.eye(len(drawn)))
    mapped = torch.linalg.solve_triangular(factor, kernel(examples, landmarks).double().T, upper=False)
    gram, wanted = mapped @ mapped.T, mapped @ targets.double()
    best: tuple[float, Tensor, Tensor] | None = None
    for penalty in PENALTIES:
        root = torch.linalg.cholesky(gram + penalty * torch.eye(len(drawn)))
        weights = torch.cholesky_solve(wanted, root)
        leverages = torch.linalg.solve_triangular(root, mapped, upper=False).square().sum(0).clamp(max=LARGEST)
        error = ((targets - mapped.T @ weights) / (1 - leverages[:, None])).square().sum().item()
        if best is None or error < best[0]:
            best = error, weights, leverages
    assert best is not None
    weights = torch.linalg.solve_triangular(factor.T, best[1], upper=True)
    return Fit(drawn, weights.float(), best[2].float())
