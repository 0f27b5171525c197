"""Memory that one step frees and the next one wants again."""

import ctypes

TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4
"""Parameters of glibc's mallopt(3)."""
KEPT, STEP = 2**31 - 1, 2**26


def keep_freed_memory() -> bool:
    """Let this process keep up to 2 GiB of freed memory for its next allocations; False where that is not to be had.

    By default glibc gives blocks of more than 32 MiB, such as the scores of a batch with every entity, back to the
    system at once; to have their pages made again at every step takes longer than to compute what is written there.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return False
    return all(mallopt(name, value) == 1 for name, value in ((MMAP_MAX, 0), (TRIM_THRESHOLD, KEPT), (TOP_PAD, STEP)))
