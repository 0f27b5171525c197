"""Starting the process that answers decisions with new proposals, beside the curators' page."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


@contextmanager
def proposing() -> Iterator[subprocess.Popen[bytes]]:
    """While this lasts, a process of its own runs `flows.proposals`; it ends with this one, however that ends."""
    # It takes seconds to start; what is decided meanwhile is answered too.
    since = datetime.now(UTC).isoformat()
    command = [sys.executable, "-W", "ignore::FutureWarning", "-m", "flows.proposals", since]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.terminate()
