"""What neo4j-admin works on is left to it until it ends, also where nobody waits for it any more."""

import subprocess
import sys
import threading
from pathlib import Path

from graph.server.store_lock import store_lock


def test_a_program_that_outlives_its_command_keeps_the_files(tmp_path: Path) -> None:
    with store_lock(tmp_path) as lock:
        left = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,))
    got = threading.Event()

    def wait() -> None:
        with store_lock(tmp_path):
            got.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not got.wait(0.3)
    left.communicate(b"\n")
    waiting.join()
    assert got.is_set()
    with store_lock(tmp_path):
        pass
