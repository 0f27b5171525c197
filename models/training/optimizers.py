"""Adagrad that touches only the rows of a table that a step used."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

BLOCK = 2**18  # numbers in a block of a dense update: 1 MiB in float32


class Adagrad(torch.optim.Optimizer):
    """Adagrad (Duchi et al. 2011), as torch.optim.Adagrad, where the rows of each sparse gradient are distinct.

    So nothing has to be sorted or summed, and a GPU need not be waited for.
    """

    def __init__(self, parameters: Iterable[Tensor], lr: float = 0.1, epsilon: float = 1e-10) -> None:
        super().__init__(parameters, {"lr": lr, "epsilon": epsilon})
        for group in self.param_groups:
            for parameter in group["params"]:
                self.state[parameter]["sum"] = torch.zeros_like(parameter)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # noqa: ARG002
        """One update of every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    _update(parameter, parameter.grad, self.state[parameter], group)


def _update(parameter: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
    total = state["sum"]
    if not gradient.is_sparse:
        for some, sums, value in zip(*map(_blocks, (parameter, total, gradient)), strict=True):
            sums.addcmul_(value, value)
            some.addcdiv_(value, sums.sqrt().add_(group["epsilon"]), value=-group["lr"])
        return
    rows, values = gradient._indices()[0], gradient._values()
    for at, value in zip(torch.split(rows, _rows(values)), torch.split(values, _rows(values)), strict=True):
        sums = total.index_select(0, at).addcmul_(value, value)
        total.index_copy_(0, at, sums)
        parameter.index_add_(0, at, torch.div(value, sums.sqrt_().add_(group["epsilon"]), out=sums), alpha=-group["lr"])


def _blocks(tensor: Tensor) -> tuple[Tensor, ...]:
    """Some rows at a time, so that what is made of them stays in the cache."""
    return torch.split(tensor, _rows(tensor)) if tensor.dim() else (tensor,)


def _rows(tensor: Tensor) -> int:
    return max(1, BLOCK // max(1, tensor[0].numel())) if len(tensor) else 1
