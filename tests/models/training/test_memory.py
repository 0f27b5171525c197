"""Memory is kept between steps: the system hands out its pages once."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = """
import resource, sys, torch
from models.training.memory import keep_freed_memory
if "keep" in sys.argv and not keep_freed_memory():
    raise SystemExit(3)
for step in range(20):
    if step == 10:  # the first ones find their places
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.full((2**24 + step % 3,), 1.0)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(*arguments: str) -> int:
    """Of ten blocks of 64 MiB, each freed before the next."""
    call = [sys.executable, "-W", "ignore", "-c", STEPS, *arguments]
    run = subprocess.run(call, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    return int(run.stdout)


@pytest.mark.processes
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library: its memory is not ours to keep")
def test_a_block_that_was_freed_is_taken_again() -> None:
    pages_of_a_block = 2**26 // 4096
    assert page_faults("keep") < pages_of_a_block < page_faults()
