"""How alike two entities are by text, by picture and by their facts, and ridge regression over that.

k(x, y) = 1 + the sum over text and picture of exp(3 (cos - 1)) + exp(2 (cos of bags of facts - 1)),

where what one of the two lacks adds nothing.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

OF_FEATURES, OF_BAGS = 3.0, 2.0  # of exp(c (cos - 1))
EXACT = 10_000  # examples of a regression that all are landmarks
LANDMARKS = 3000  # of a regression with more examples
PENALTIES = (0.1, 0.3, 1.0, 3.0)
TRIED = 1000  # examples that choose among them
SMALLEST = 1e-4  # added to the landmarks' kernel, of which some nearly coincide
COLUMNS = 512  # of an inverse, at a time
LARGEST = 0.95  # leverage: beyond, the others say nothing of an example


class Described(NamedTuple):
    """Entities [n] by unit features [n, d] of each modality, zero where there are none, and unit bags [n, C]."""

    features: list[Tensor]
    bags: Any
    """None: facts do not count."""

    size: int

    def take(self, rows: Tensor) -> "Described":
        """Some of them."""
        bags = None if self.bags is None else self.bags[rows.numpy()]
        return Described([part[rows] for part in self.features], bags, len(rows))


def of_unit(bags: Any, columns: Any) -> Any:
    """Bags [n, C] of the columns that are true in bool [C], each of length one."""
    some = bags.multiply(columns.astype(np.float32)).tocsr()
    some.eliminate_zeros()
    some.data /= np.repeat(np.sqrt(np.diff(some.indptr)), np.diff(some.indptr))
    return some.astype(np.float32)


def kernel(ours: Described, theirs: Described) -> Tensor:
    """k float32 [n, m]."""
    return add_bags(of_features(ours, theirs), ours.bags, theirs.bags)


def of_features(ours: Described, theirs: Described) -> Tensor:
    """k [n, m] without what the facts add."""
    total = torch.ones(ours.size, theirs.size)
    for own, other in zip(ours.features, theirs.features, strict=True):
        filled = own.any(1), other.any(1)
        rows, columns = (of.nonzero()[:, 0] for of in filled)
        if 2 * len(rows) * len(columns) < total.numel():  # as of pictures, which most works lack
            total[rows[:, None], columns] += _likeness(own[rows] @ other[columns].T, OF_FEATURES)
        else:
            total += _likeness(own @ other.T, OF_FEATURES).mul_(filled[0][:, None]).mul_(filled[1])
    return total


def add_bags(total: Tensor, ours: Any, theirs: Any) -> Tensor:
    """Add to k [n, m] what unit bags [n, C] and [m, C] have alike (None: facts do not count)."""
    if ours is None:
        return total
    alike = _likeness(torch.from_numpy((ours @ theirs.T).toarray()), OF_BAGS)
    filled = [torch.from_numpy(np.diff(bags.indptr) > 0) for bags in (ours, theirs)]
    return total.add_(alike.mul_(filled[0][:, None]).mul_(filled[1]))


def _likeness(cosines: Tensor, steepness: float) -> Tensor:
    """exp(steepness (cosines - 1)) in their place."""
    return cosines.sub_(1).mul_(steepness).exp_()


class Fit(NamedTuple):
    """A regression: landmarks, as rows of its examples [m], their weights [m, T], and examples' leverages [n]."""

    landmarks: Tensor
    weights: Tensor
    leverages: Tensor


def ridge(examples: Described, targets: Tensor, seed: int) -> Fit:
    """Regress targets [n, T] on examples; of PENALTIES that counts with which left-out examples are found best.

    Some TRIED examples choose it. With more examples than EXACT it is the Nyström approximation (Williams and Seeger
    2001) by drawn ones. An example is left out in closed form: y - f of a fit without it is (y - f) / (1 - h), with its
    leverage h. Time grows with n cubed, memory with 12 bytes n squared.
    """
    order = torch.randperm(len(targets), generator=torch.Generator().manual_seed(seed))
    some = order[:TRIED]
    penalty = _best_penalty(kernel(examples.take(some), examples.take(some)), targets[some])
    if len(targets) <= EXACT:
        weights, leverages = _exact(kernel(examples, examples), targets, penalty)
        return Fit(torch.arange(len(targets)), weights.float(), leverages.float())
    return _nystroem(examples, targets, penalty, order[:LANDMARKS].sort().values)


def _best_penalty(own: Tensor, targets: Tensor) -> float:
    errors = {}
    for penalty in PENALTIES:
        weights, leverages = _exact(own.clone(), targets, penalty)
        left_out = penalty * weights / (1 - leverages[:, None])  # y - f is the penalty times the weight
        errors[penalty] = left_out.square().sum().item()
    return min(errors, key=lambda tried: errors[tried])


def _exact(own: Tensor, targets: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    """Weights [n, T] and leverages [n] of all examples' kernel [n, n], which is changed."""
    own.diagonal().add_(penalty)
    root, failed = torch.linalg.cholesky_ex(own)
    if failed:
        root = torch.linalg.cholesky(own.double())
    weights = torch.cholesky_solve(targets.to(root), root)
    return weights, (1 - penalty * _diagonal_of_inverse(root)).clamp(0, LARGEST)


def _diagonal_of_inverse(root: Tensor) -> Tensor:
    """Of the matrix whose Cholesky factor is `root` [n, n]: squares of the columns of its inverse, summed.

    A column is zero above its diagonal, so that only what follows is solved: half the work of the whole inverse.
    """
    found = torch.empty(len(root), dtype=root.dtype)
    for start in range(0, len(root), COLUMNS):
        unit = torch.eye(len(root) - start, min(COLUMNS, len(root) - start), dtype=root.dtype)
        solved = torch.linalg.solve_triangular(root[start:, start:], unit, upper=False)
        found[start : start + COLUMNS] = solved.square_().sum(0)
    return found


def _nystroem(examples: Described, targets: Tensor, penalty: float, drawn: Tensor) -> Fit:
    landmarks = examples.take(drawn)
    own = kernel(landmarks, landmarks).double()
    factor = torch.linalg.cholesky(own + SMALLEST * torch.eye(len(drawn)))
    mapped = torch.linalg.solve_triangular(factor, kernel(examples, landmarks).double().T, upper=False)
    root = torch.linalg.cholesky(mapped @ mapped.T + penalty * torch.eye(len(drawn)))
    weights = torch.cholesky_solve(mapped @ targets.double(), root)
    leverages = torch.linalg.solve_triangular(root, mapped, upper=False).square().sum(0).clamp(max=LARGEST)
    return Fit(drawn, torch.linalg.solve_triangular(factor.T, weights, upper=True).float(), leverages.float())
