"""A server program that lives on after the command that started it, found again by its pid file."""

import json
import logging
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import filelock
import psutil

from base.errors import PipelineError
from base.files import write_text

logger = logging.getLogger(__name__)

Ports = dict[str, int]
State = Literal["running", "starting", "stopped"]

POLL_SECONDS = 0.2
LAUNCHES = 3


@dataclass(frozen=True)
class Program:
    """What to run: the command line, and variables beside those of our own environment."""

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


class BackgroundProcess:
    """One server with its pid file, log file, ports and lock, all in one folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.pid_file = folder / f"{name}.pid"
        self.log_file = folder / f"{name}.log"
        self.ports_file = folder / "ports.json"

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the folder while starting or stopping: the second of two commands waits for the first.

        Makes the folder where it is missing. Raises PipelineError where it cannot be written to.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with filelock.FileLock(self.folder / f"{self.name}.lock"):
                yield
        except OSError as error:
            raise PipelineError(
                f"{self.folder} cannot be used: {error.strerror}; make room or set VLKGE_HOME to another folder"
            ) from error

    def ports(self) -> Ports:
        """The ports of the last start; none before the first."""
        try:
            return dict(json.loads(self.ports_file.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
            return {}

    def state(self, ready: Callable[[], bool]) -> State:
        """What the program is doing; `ready` is asked once it listens on its ports."""
        if self.find() is None:
            return "stopped"
        return "running" if self._listens() and ready() else "starting"

    def launch(
        self, first: Mapping[str, int], program: Callable[[Ports], Program], ready: Callable[[], bool], timeout: float
    ) -> None:
        """Start `program(ports)` on free ports and wait until it is `ready()`.

        Ports are searched upwards from those of the last start, else from the `first` ones, and kept for
        the next. Raises PipelineError as `wait_until` does.
        """
        for attempt in range(1, LAUNCHES + 1):
            with ExitStack() as claims:
                ports = self._choose_ports(first, claims)
                self.start(program(ports))
                try:
                    return self.wait_until(ready, timeout)
                except PipelineError:
                    # Another program may have taken a port between our look and the server's.
                    if attempt == LAUNCHES or all(map(port_is_free, ports.values())):
                        raise
        return None

    def find(self) -> psutil.Process | None:
        """The running program; None where it ended, or where its pid now belongs to another program.

        The command line tells them apart. The time a process was created would too, but it moves
        with the system clock, for instance when a virtual machine wakes up.
        """
        try:
            known = json.loads(self.pid_file.read_text(encoding="utf-8"))
            process = psutil.Process(known["pid"])
            alive = process.status() != psutil.STATUS_ZOMBIE and process.cmdline()[1:] == known["arguments"]
        except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, psutil.Error):
            return None
        return process if alive else None

    def start(self, program: Program) -> None:
        """Start `program` in a session of its own, its output in the log file."""
        with self.log_file.open("wb") as log:
            process = subprocess.Popen(
                program.command,
                cwd=self.folder,
                env=os.environ | program.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        write_text(self.pid_file, json.dumps({"pid": process.pid, "arguments": program.command[1:]}))
        # Until the kernel has loaded the program, its command line is empty, and `find` would not know it.
        while process.poll() is None and not _command_line(process.pid):
            time.sleep(POLL_SECONDS / 10)

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Return once the program listens on its ports and `ready()` is true.

        Raises PipelineError with the end of the log where it ends before, or takes longer than `timeout`
        seconds; then it is stopped.
        """
        deadline = time.monotonic() + timeout
        while not (self._listens() and ready()):
            if self.find() is None:
                self.pid_file.unlink(missing_ok=True)
                raise PipelineError(f"{self.name} ended while starting; {self._describe_log()}")
            if time.monotonic() > deadline:
                self.stop()
                raise PipelineError(f"{self.name} was not ready after {timeout:.0f} seconds; {self._describe_log()}")
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

    def _listens(self) -> bool:
        """Whether it is this program that holds its ports, not another that took them meanwhile."""
        process = self.find()
        if process is None:
            return False
        try:
            family = [process, *process.children(recursive=True)]
            connections = [c for member in family for c in member.net_connections("tcp")]
        except psutil.NoSuchProcess:
            return False
        held = {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}
        return held >= set(self.ports().values())

    def _choose_ports(self, first: Mapping[str, int], claims: ExitStack) -> Ports:
        """Free ports, each claimed until the server listens: servers that start side by side choose others."""
        known, chosen = self.ports(), Ports()
        for name, start in first.items():
            port = known.get(name, start)
            chosen[name] = next(p for p in range(port, 65536) if _claim(p, claims) and port_is_free(p))
            if name in known and chosen[name] != port:
                logger.warning("Port %s (%s) is taken by another program; using %s.", port, name, chosen[name])
        write_text(self.ports_file, json.dumps(chosen))
        return chosen

    def _describe_log(self) -> str:
        return f"the end of {self.log_file}:\n{self.tail()}"


def _claim(port: int, claims: ExitStack) -> bool:
    """Whether no other of this user's servers is about to take the port; it is ours until `claims` close."""
    claim = filelock.FileLock(Path(tempfile.gettempdir()) / f"vlkge-{os.getuid()}-port-{port}.lock", timeout=0)
    try:
        claims.enter_context(claim)
    except filelock.Timeout:
        return False
    return True


def _command_line(pid: int) -> list[str]:
    try:
        return psutil.Process(pid).cmdline()
    except psutil.ZombieProcess:
        return []


def port_is_free(port: int) -> bool:
    """Whether nothing on this machine listens on the loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
