"""Where tensors are computed, and that a CPU gives the same bits twice."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from base.errors import InputError

KINDS = ("cpu", "cuda")


def pick_device(device: str) -> torch.device:
    """The device of that name; auto: a GPU where there is one, else the CPU. Raises InputError for any other."""
    cpu, gpu = KINDS
    if device == "auto":
        return torch.device(gpu if gpus() else cpu)
    kind, _, index = device.partition(":")
    if kind not in KINDS or (index and not index.isdigit()):
        raise InputError(f"The device is {device!r}; allowed are auto, cpu, cuda, cuda:0, cuda:1 …")
    if kind == gpu and int(index or 0) >= gpus():
        raise InputError(f"The device is {device!r}, but PyTorch sees {gpus()} GPUs here.")
    return torch.device(device)


def gpus() -> int:
    """How many PyTorch sees."""
    return torch.cuda.device_count()


def room_for_features(device: torch.device) -> float:
    """Bytes that frozen features may take on a device: a quarter of a GPU, where unit ones are needed beside them."""
    return math.inf if device.type == "cpu" else torch.cuda.mem_get_info(device)[1] / 4


@contextmanager
def reproducible(device: torch.device) -> Iterator[None]:
    """On a CPU, sums in an order that does not depend on which thread comes first."""
    memory: Any = torch.utils.deterministic
    before = torch.are_deterministic_algorithms_enabled(), memory.fill_uninitialized_memory
    torch.use_deterministic_algorithms(before[0] or device.type == "cpu")
    # Nothing here reads memory before writing it; filling all of it takes a seventh of a step.
    memory.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0])
        memory.fill_uninitialized_memory = before[1]
