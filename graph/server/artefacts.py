"""The jars of Neo4j Community Edition: known by their hashes, fetched side by side, kept for later starts.

``python -m graph.server.artefacts VERSION`` resolves another version with jgo and writes the lock file anew, or a file
that VLKGE_NEO4J_LOCK can name.
"""

import argparse
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import filelock
import httpx
import platformdirs

from base.errors import InputError, PipelineError
from base.files import replacing, write_text
from base.progress import Progress, silent

LOCK = Path(__file__).with_name("neo4j.lock")
# The server's jar holds the web server, the other one the entry point; the browser has a version of its own.
SERVER = "org.neo4j.app:neo4j-server"
ENDPOINT = "org.neo4j:neo4j:{version}+" + SERVER + ":{version}+org.neo4j.client:neo4j-browser:5.24.0"
HEADER = """\
# Neo4j Community Edition {version} with the Neo4j Browser: sha256, bytes, Maven coordinate of each jar.
# Written by `python -m graph.server.artefacts {version}`.
"""
CONNECTIONS = 16
ATTEMPTS = 3


@dataclass(frozen=True)
class Jar:
    """One artefact: group:artifact:version, perhaps with :classifier; its hash and its size in bytes."""

    coordinate: str
    sha256: str
    size: int

    @property
    def path(self) -> str:
        """Where it lies in a Maven repository, and in our cache."""
        group, artifact, version, *classifier = self.coordinate.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{'-'.join([artifact, version, *classifier])}.jar"

    def is_intact(self, file: Path) -> bool:
        return file.is_file() and file.stat().st_size == self.size and digest(file) == self.sha256


def cache_folder() -> Path:
    """Where the jars are kept, for all homes of a user; VLKGE_CACHE names another folder."""
    named = os.environ.get("VLKGE_CACHE")
    return (Path(named) if named else platformdirs.user_cache_path("vlkge")) / "neo4j"


def lock_file() -> Path:
    """The lock file of the version that is bundled, or of the one that VLKGE_NEO4J_LOCK chooses."""
    named = os.environ.get("VLKGE_NEO4J_LOCK")
    return Path(named) if named else LOCK


def read_lock(lock: Path = LOCK) -> list[Jar]:
    """The jars that a lock file lists; InputError where it is none."""
    try:
        lines = lock.read_text(encoding="utf-8").splitlines()
        rows = (line.split() for line in lines if line and not line.startswith("#"))
        jars = [Jar(coordinate, sha256, int(size)) for sha256, size, coordinate in rows]
        version_of(jars)
    except (OSError, ValueError, StopIteration) as error:
        problem = "cannot be read" if isinstance(error, OSError) else "lists no jars of Neo4j"
        raise InputError(
            f"the lock file {lock} {problem}; `python -m graph.server.artefacts VERSION --lock {lock}` writes one. "
            "Without VLKGE_NEO4J_LOCK the bundled version is started"
        ) from error
    return jars


def version_of(jars: Sequence[Jar]) -> str:
    """The version of Neo4j that these jars are, e.g. 5.26.30."""
    return next(jar.coordinate.split(":")[2] for jar in jars if jar.coordinate.startswith(f"{SERVER}:"))


def fetch(
    jars: Sequence[Jar],
    cache: Path,
    *,
    repositories: Sequence[str] | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """The files of all `jars` in `cache`, fetched where they are not there yet or are damaged.

    Each is checked against its hash. An interrupted fetch goes on where it stopped, and nothing is asked of
    the network once all are there. `repositories` are addresses of Maven repositories, tried in order; by
    default those of jgo's configuration, then Maven Central. A jar that the user's local Maven repository
    holds is copied from there.

    Raises PipelineError where a jar cannot be fetched or stored, or has another hash than the lock file says.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(cache / "fetch.lock"), ThreadPoolExecutor(CONNECTIONS) as pool:
            intact = pool.map(lambda jar: jar.is_intact(cache / jar.path), jars)
            missing = [jar for jar, there in zip(jars, intact, strict=True) if not there]
            if missing:
                _fetch_missing(pool, missing, cache, repositories, progress)
    except OSError as error:
        raise PipelineError(
            f"the jars of Neo4j cannot be stored in {cache}: {error.strerror}; "
            f"they need {sum(jar.size for jar in jars) >> 20} MB: make room, or name another folder with VLKGE_CACHE"
        ) from error
    return [cache / jar.path for jar in jars]


def _fetch_missing(
    pool: ThreadPoolExecutor, missing: list[Jar], cache: Path, repositories: Sequence[str] | None, progress: Progress
) -> None:
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL

    settings = GlobalSettings.load()
    addresses = list(repositories or [*settings.repositories.values(), MAVEN_CENTRAL_URL])
    total, done = sum(jar.size for jar in missing), 0
    with httpx.Client(timeout=30, follow_redirects=True) as client:
        tasks = {pool.submit(_fetch_one, client, jar, cache, settings.repo_cache, addresses): jar for jar in missing}
        try:
            for count, task in enumerate(as_completed(tasks), start=1):
                task.result()
                done += tasks[task].size
                progress(count, len(missing), f"{done / 1e6:.0f} of {total / 1e6:.0f} MB")
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _fetch_one(client: httpx.Client, jar: Jar, cache: Path, local: Path, repositories: list[str]) -> None:
    with replacing(cache / jar.path) as draft:
        if jar.is_intact(local / jar.path):
            shutil.copyfile(local / jar.path, draft)
            return
        source = _download(client, jar, draft, repositories)
        if (found := digest(draft)) != jar.sha256:
            raise PipelineError(
                f"{jar.coordinate} from {source} has sha256 {found}, but must have {jar.sha256}; "
                "it was removed. Try again, or use another repository (see [repositories] in jgo's configuration)"
            )


def _download(client: httpx.Client, jar: Jar, part: Path, repositories: list[str]) -> str:
    """Write the jar to `part` from the first repository that has it; returns its address there."""
    problem = ""
    for address in (f"{repository.rstrip('/')}/{jar.path}" for repository in repositories):
        for _ in range(ATTEMPTS):
            try:
                with client.stream("GET", address) as response, part.open("wb") as file:
                    response.raise_for_status()
                    file.writelines(response.iter_bytes())
                return address
            except httpx.HTTPStatusError as error:
                problem = f"{address} answered {error.response.status_code}"
                if not (error.response.is_server_error or error.response.status_code == httpx.codes.TOO_MANY_REQUESTS):
                    break
            except httpx.HTTPError as error:
                problem = f"{address}: {error or type(error).__name__}"
    raise PipelineError(
        f"{jar.coordinate} cannot be fetched ({problem}); the first start of the bundled Neo4j needs the network. "
        "Connect and try again, or set NEO4J_URI to a server of your own"
    )


def digest(file: Path) -> str:
    """The sha256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def resolve(version: str) -> Iterator[Jar]:
    """Every jar that `version` of Neo4j Community needs, as jgo resolves it; takes minutes with an empty cache."""
    import jgo

    for artifact in jgo.resolve(ENDPOINT.format(version=version)):
        if artifact.packaging != "jar":
            raise InputError(f"{artifact} is not a jar")
        file = artifact.resolve()
        parts = [artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier]
        yield Jar(":".join(filter(None, parts)), digest(file), file.stat().st_size)


def write_lock(jars: Sequence[Jar], lock: Path) -> None:
    """Write a lock file, its lines sorted by coordinate."""
    rows = [f"{jar.sha256} {jar.size:>9} {jar.coordinate}\n" for jar in sorted(jars, key=lambda jar: jar.coordinate)]
    write_text(lock, HEADER.format(version=version_of(jars)) + "".join(rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the lock file of a version of Neo4j Community Edition.")
    parser.add_argument("version", help="e.g. 5.26.30")
    parser.add_argument("--lock", type=Path, default=LOCK, help="the file to write (default: %(default)s)")
    arguments = parser.parse_args()
    write_lock(list(resolve(arguments.version)), arguments.lock)
