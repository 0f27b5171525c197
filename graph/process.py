"""A program that lives on after the command that started it, found again by its pid file."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import filelock
import psutil

from .errors import GraphError

POLL_SECONDS = 0.2


class BackgroundProcess:
    """One program with its pid file, log file and lock, all in one folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.pid_file = folder / f"{name}.pid"
        self.log_file = folder / f"{name}.log"

    def lock(self) -> filelock.BaseFileLock:
        """Held while starting or stopping, so that the second of two commands waits for the first."""
        return filelock.FileLock(self.folder / f"{self.name}.lock")

    def find(self) -> psutil.Process | None:
        """The running program; None where it ended, or where its pid now belongs to another program.

        The command line tells them apart. The time a process was created would too, but it moves
        with the system clock, for instance when a virtual machine wakes up.
        """
        try:
            known = json.loads(self.pid_file.read_text(encoding="utf-8"))
            process = psutil.Process(known["pid"])
            alive = process.status() != psutil.STATUS_ZOMBIE and process.cmdline()[1:] == known["arguments"]
        except (FileNotFoundError, json.JSONDecodeError, psutil.Error):
            return None
        return process if alive else None

    def start(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        """Start `command` in a session of its own, its output in the log file."""
        with self.log_file.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=os.environ | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        new = self.pid_file.with_suffix(".pid.new")
        new.write_text(json.dumps({"pid": process.pid, "arguments": list(command[1:])}), encoding="utf-8")
        new.replace(self.pid_file)

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Return once `ready()` is true; raise GraphError with the end of the log where it never is.

        The program is stopped when it has not become ready within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            if self.find() is None:
                self.pid_file.unlink(missing_ok=True)
                raise GraphError(f"{self.name} ended while starting; {self.describe_log()}")
            if time.monotonic() > deadline:
                self.stop()
                raise GraphError(f"{self.name} was not ready after {timeout:.0f} seconds; {self.describe_log()}")
            time.sleep(POLL_SECONDS)

    def stop(self, patience: float = 60) -> bool:
        """End the program and what it started: asked first, killed after `patience` seconds.

        False where it was not running; a stale pid file is removed either way.
        """
        process = self.find()
        if process is not None:
            family = [process, *process.children(recursive=True)]
            process.terminate()
            _, living = psutil.wait_procs(family, timeout=patience)
            for survivor in living:
                survivor.kill()
            psutil.wait_procs(living, timeout=10)
        self.pid_file.unlink(missing_ok=True)
        return process is not None

    def tail(self, lines: int = 12) -> str:
        """The last lines of the log file."""
        if not self.log_file.is_file():
            return ""
        return "\n".join(self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def describe_log(self) -> str:
        return f"the end of {self.log_file}:\n{self.tail()}"


def port_is_free(port: int) -> bool:
    """Whether nothing on this machine listens on the loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def read_ports(file: Path) -> dict[str, int]:
    """The ports that `choose_ports` wrote there; none before the first start."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def choose_ports(file: Path, first: Mapping[str, int], say: Callable[[str], None]) -> dict[str, int]:
    """A free port per name of `first`, remembered in `file` from start to start.

    The search goes upwards from the remembered port, else from the number in `first`. That a remembered
    port was taken by another program meanwhile is said.
    """
    known = read_ports(file)
    chosen: dict[str, int] = {}
    for name, start in first.items():
        port = known.get(name, start)
        chosen[name] = next(p for p in range(port, 65536) if p not in chosen.values() and port_is_free(p))
        if name in known and chosen[name] != port:
            say(f"Port {port} ({name}) is taken by another program; using {chosen[name]} from now on.")
    file.write_text(json.dumps(chosen), encoding="utf-8")
    return chosen
