"""Reads pickles of arrays, tensors and plain containers, and no others.

A pickle names the functions to call while it is read (https://docs.python.org/3/library/pickle.html#restricting-globals);
here any name outside a short list ends the reading before that function is looked up.
"""

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy._core import multiarray

from base.errors import InputError, first_line

ZIP = b"PK\x03\x04"
DAMAGE = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OverflowError,
    MemoryError,
    RuntimeError,
)


def read_pickle(path: Path) -> Any:
    """What was pickled by `pickle.dump` or `torch.save`; tensors come to the CPU.

    Raises InputError where the file is damaged or asks for more than arrays, tensors and plain containers.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(ZIP)) == ZIP:
                return torch.load(path, map_location="cpu", weights_only=True)
            file.seek(0)
            return PlainUnpickler(file).load()
    except DAMAGE as error:
        raise InputError(f"no pickle that can be read ({first_line(error)}).") from error


class PlainUnpickler(pickle.Unpickler):
    """Looks up only the names that arrays, tensors and ordered dictionaries are made with."""

    def find_class(self, module: str, name: str) -> Any:
        # Up to numpy 1 the private package was called numpy.core.
        key = f"{module.replace('numpy.core.', 'numpy._core.')}.{name}"
        if key not in ALLOWED:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}; only arrays, tensors and plain containers are allowed; nothing was run"
            )
        return ALLOWED[key]


def plain_dtype(code: Any, *_: object) -> "np.dtype[Any]":
    """A type of numbers or text; not of objects, whose arrays hold anything."""
    dtype: np.dtype[Any] = np.dtype(code, copy=True)
    if dtype.kind not in "biufUS":
        raise pickle.UnpicklingError(f"it holds an array of {dtype.name}; numbers and text are allowed")
    return dtype


def array_of(buffer: Any, dtype: Any, shape: Any, order: Any) -> Any:
    """An array over the bytes that pickle protocol 5 keeps it in."""
    return np.frombuffer(buffer, dtype).reshape(shape, order=order)


def latin1(text: str, _: str) -> bytes:
    """Bytes that pickle protocols below 3 write as text."""
    return text.encode("latin1")


def plain_storage(content: bytes) -> Any:
    """A tensor's numbers, which pickle holds as a file of torch.save inside the file."""
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


ALLOWED: dict[str, Any] = {
    "_codecs.encode": latin1,
    "collections.OrderedDict": OrderedDict,
    "numpy.dtype": plain_dtype,
    "numpy.ndarray": np.ndarray,
    "numpy._core.multiarray._reconstruct": multiarray._reconstruct,
    "numpy._core.multiarray.scalar": multiarray.scalar,
    "numpy._core.numeric._frombuffer": array_of,
    "torch._utils._rebuild_parameter": torch._utils._rebuild_parameter,
    "torch._utils._rebuild_tensor_v2": torch._utils._rebuild_tensor_v2,
    "torch.storage._load_from_bytes": plain_storage,
}
