"""Many strings as one buffer of bytes and the offsets between them: how they are hashed and filed."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt


def pack(strings: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The strings' UTF-8 bytes one after another, uint8 [b], and int64 [n + 1] offsets into them."""
    encoded = [string.encode("utf-8", "surrogatepass") for string in strings]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(e) for e in encoded], out=offsets[1:])
    return np.frombuffer(bytearray(b"".join(encoded)), dtype=np.uint8), offsets


def unpack(buffer: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> list[str]:
    """The strings that `pack` was given.

    Raises ValueError where the offsets do not fit the buffer or the bytes are no text.
    """
    ends = offsets.tolist()
    if not ends or ends[0] != 0 or ends[-1] != len(buffer) or bool(np.any(np.diff(offsets) < 0)):
        raise ValueError("the offsets of the strings do not fit their bytes")
    data = buffer.tobytes()
    return [data[a:b].decode("utf-8", "surrogatepass") for a, b in pairwise(ends)]
