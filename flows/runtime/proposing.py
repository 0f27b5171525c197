"""Starting the process that answers decisions with new proposals, beside the curators' page."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def proposing() -> Iterator[subprocess.Popen[bytes]]:
    """While this lasts, a process of its own runs `flows.proposals`; it ends with this one, however that ends."""
    command = [sys.executable, "-W", "ignore::FutureWarning", "-m", "flows.proposals"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.terminate()
