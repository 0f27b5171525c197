"""Adagrad that touches only the rows of a table that a step used."""

from collections.abc import Callable, Iterable, Iterator
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


def _blocks(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Parts of tensors of one shape, some rows at a time: what is made of each stays in the cache."""
    if tensors[0].numel() <= BLOCK:
        return iter([tensors])
    rows = max(1, BLOCK // tensors[0][0].numel())
    return zip(*(torch.split(tensor, rows) for tensor in tensors), strict=True)


def _update(parameter: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
    total = state["sum"]
    if not gradient.is_sparse:
        for some, its_total, its_gradient in _blocks(parameter, total, gradient):
            its_total.addcmul_(its_gradient, its_gradient)
            some.addcdiv_(its_gradient, its_total.sqrt().add_(group["epsilon"]), value=-group["lr"])
        return
    rows, values = gradient._indices()[0], gradient._values()
    sums = total.index_select(0, rows).addcmul_(values, values)
    total.index_copy_(0, rows, sums)
    parameter.index_add_(0, rows, values.div(sums.sqrt_().add_(group["epsilon"])), alpha=-group["lr"])
