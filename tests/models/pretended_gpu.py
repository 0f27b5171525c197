"""A GPU that is not there: tensors that say they are on one and are computed on the CPU.

It refuses what a GPU refuses: tensors of two devices in one operation, and a GPU's tensors as arrays. So it tells
whether a program would run on a GPU, and that it finds the same there; nothing of speed or memory.
It is a device of PyTorch's own for backends that are written in Python, and says of itself that it is CUDA.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _DummyBackendModule, _setup_privateuseone_for_python_backend

from models import device
from models.representation import vlkge
from models.scoring import scorers

NAME = "pretended"
aten = torch.ops.aten
BETWEEN_DEVICES = {aten.copy_.default, aten._to_copy.default}
INDEXING = {
    aten.index.Tensor,
    aten._unsafe_index.Tensor,
    aten.index_put.default,
    aten.index_put_.default,
    aten._index_put_impl_.default,
}
_registered: list[torch.library.Library] = []


class OnGPU(Tensor):
    """A tensor of the pretended GPU; `held` is the one on the CPU."""

    held: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl
    is_cuda = True

    @staticmethod
    def __new__(cls, held: Tensor) -> "OnGPU":
        dense = held.layout == torch.strided
        places = {"strides": held.stride(), "storage_offset": held.storage_offset()} if dense else {}
        made = Tensor._make_wrapper_subclass(cls, held.size(), dtype=held.dtype, device=f"{NAME}:0", **places)
        made.held = held
        return made

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, given: Any = (), options: Any = None) -> Any:
        return computed(function, given, options or {})

    # what torch does not ask the dispatcher for
    is_sparse = property(lambda self: self.held.is_sparse)

    def coalesce(self) -> "OnGPU":
        return OnGPU(self.held.coalesce())

    def indices(self) -> "OnGPU":
        return OnGPU(self.held.indices())

    def values(self) -> "OnGPU":
        return OnGPU(self.held.values())

    def tolist(self) -> Any:
        return self.held.tolist()

    def numpy(self, **_: Any) -> Any:
        raise TypeError("can't convert a GPU's tensor to numpy: use Tensor.cpu() first")

    __array__ = numpy


class Dispatch(TorchDispatchMode):
    """Hears of operations that no tensor of the GPU is given to, such as making one."""

    def __torch_dispatch__(self, function: Any, types: Any, given: Any = (), options: Any = None) -> Any:
        return computed(function, given, options or {})


def computed(function: Any, given: Any, options: dict[str, Any]) -> Any:
    """What an operation gives, on the device where a GPU would have it."""
    tensors = [leaf for leaf in tree_leaves((given, options)) if isinstance(leaf, Tensor)]
    if function in INDEXING:  # a GPU's table may be asked for rows that are named on the CPU, not the other way round
        named = any(isinstance(places, OnGPU) for places in given[1])
        tensors = [part for part in (given[0], *given[2:3]) if isinstance(part, Tensor)]
        assert isinstance(given[0], OnGPU) or not named, "rows of a table on the CPU are named on the GPU"
    there = any(isinstance(tensor, OnGPU) for tensor in tensors)
    if there and function not in BETWEEN_DEVICES:
        here = [tuple(part.shape) for part in tensors if not isinstance(part, OnGPU) and part.dim() > 0]
        assert not here, f"{function}: all tensors have to be on one device; on the CPU are {here}"
    to = options.get("device")
    options = {name: value for name, value in options.items() if name != "pin_memory"}
    if to is not None:
        there = torch.device(to).type == NAME
        options = {**options, "device": torch.device("cpu") if there else to}
    elif function is aten.copy_.default:
        there = isinstance(given[0], OnGPU)
    assert not (there and any(isinstance(leaf, torch.Generator) for leaf in tree_leaves(options))), "a CPU's generator"
    if function is aten._to_copy.default and _held(given[0]).is_sparse:
        options = {name: value for name, value in options.items() if name != "layout"}
    # what is changed in its place stays itself; a view that is the same all over does not
    same = {} if function in (aten.detach.default, aten.alias.default) else {id(_held(part)): part for part in tensors}
    found = function(*tree_map(_held, given), **tree_map(_held, options))

    def placed(part: Any) -> Any:
        if isinstance(part, Tensor) and not isinstance(part, OnGPU) and there:
            return same.get(id(part)) if isinstance(same.get(id(part)), OnGPU) else OnGPU(part)
        return part

    return tree_map(placed, found)


def _held(part: Any) -> Any:
    return part.held if isinstance(part, OnGPU) else part


class _Module(_DummyBackendModule):
    """What torch asks a device's module for; it is not there where nobody pretends it, or other tests would use it."""

    pretended = False

    def is_available(self) -> bool:
        return self.pretended

    def get_rng_state(self, _: Any = None) -> Tensor:
        return torch.get_rng_state()

    def set_rng_state(self, state: Tensor, _: Any = None) -> None:
        torch.set_rng_state(state)


def _register() -> None:
    """Once in a process: torch cannot forget a device."""
    if _registered:
        return
    _setup_privateuseone_for_python_backend(NAME, backend_module=_Module())
    library = torch.library.Library("aten", "IMPL")

    def strided(size: Any, stride: Any, *, dtype: Any = None, **_: Any) -> OnGPU:
        return OnGPU(torch.empty_strided(size, stride, dtype=dtype))

    def copied(source: Tensor, target: Tensor, non_blocking: bool = False) -> Tensor:  # noqa: ARG001
        _held(target).copy_(_held(source))
        return target

    library.impl("empty_strided", strided, "PrivateUse1")
    library.impl("_copy_from", copied, "PrivateUse1")
    _registered.append(library)


@contextmanager
def pretended_gpu(room: float = math.inf) -> Iterator[str]:
    """In the block there is one, with `room` bytes for features; its name, as settings take it."""
    _register()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Module, "pretended", True)
        patch.setattr(device, "KINDS", ("cpu", NAME))
        patch.setattr(device, "gpus", lambda: 1)
        patch.setattr(vlkge, "room_for_features", lambda _: room)
        # memory alone is why scores are made twice, and torch's device of this kind does not bear it
        patch.setattr(scorers, "checkpoint", lambda part, *given, **_: part(*given))
        torch.__future__.set_overwrite_module_params_on_conversion(True)
        try:
            with Dispatch(), torch.autograd.set_multithreading_enabled(False):
                yield f"{NAME}:0"
        finally:
            torch.__future__.set_overwrite_module_params_on_conversion(False)
