"""A backup of the graph with the files beside it, models, pictures, users: one folder, each file with its hash.

The graph is dumped and loaded by neo4j-admin, for which the bundled server is stopped for a moment. The database of
a server of one's own is dumped there; its files are backed up here without the graph.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from base.errors import InputError, PipelineError, shorten
from base.files import PREFIX, creating_folder, is_abandoned, is_unfinished, replacing, write_text
from base.progress import Progress, silent
from graph.connection import connect
from graph.migrations import VERSION, schema_version
from graph.server.artefacts import digest
from graph.server.neo4j_admin import count_contents, has_database, offline
from graph.server.neo4j_server import Server
from graph.server.process import BackgroundProcess

FORMAT = 1
MANIFEST, GRAPH, FILES = "manifest.json", "graph", "files"
# Everything in the home is backed up but the servers' own folders, the log, and what exists only while a program runs.
OUTSIDE = {"neo4j", "prefect", "logs"}
PASSING = {".lock", ".pid"}
# The flow server's record of schedules and runs, which it may be writing to.
RECORD = Path("prefect") / "prefect.db"
MARGIN = 100 << 20  # bytes that must stay free on a disk


class File(BaseModel):
    """One file of a backup."""

    sha256: str
    size: int


class GraphDump(BaseModel):
    """The graph in a backup: the server that wrote it, its schema, and what has to be there when it is loaded.

    schema_version: None where nothing of ours was in the graph, or the program was older than this note.
    """

    neo4j: str
    schema_version: int | None = None
    nodes: int
    relationships: int


class Manifest(BaseModel):
    """What a backup holds, paths relative to its folder; `graph` is None where only files were backed up."""

    format: int
    created_at: datetime
    graph: GraphDump | None
    files: dict[str, File]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())


def backup(home: Path, folder: Path, *, server: Server | None, progress: Progress = silent) -> Manifest:
    """Write a backup of `home`, and of the graph of its bundled `server` unless that is None, to a new folder.

    The folder appears whole or not at all. The server is stopped for the dump, and runs again if it ran.

    Raises InputError where the folder exists or lies in the home, PipelineError where the graph cannot be dumped.
    """
    home, folder = home.absolute(), folder.absolute()
    if folder.exists():
        raise InputError(f"{folder} is there already; a backup is written to a folder that does not exist yet")
    if folder.is_relative_to(home):
        raise InputError(f"{folder} lies in {home}, which is backed up; name a folder outside, on another disk at best")
    try:
        _clear_halves(folder.parent)
        with creating_folder(folder) as draft:
            graph = None if server is None else _dump(server, draft / GRAPH)
            sources = list(_home_files(home))
            for done, source in enumerate(sources, 1):
                target = draft / FILES / source.relative_to(home)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
                progress(done, len(sources), "files copied")
            _copy_record(home / RECORD, draft / FILES / RECORD)
            manifest = Manifest(format=FORMAT, created_at=datetime.now(UTC), graph=graph, files=_hash_all(draft))
            write_text(draft / MANIFEST, manifest.model_dump_json(indent=2))
    except OSError as error:
        raise PipelineError(f"the backup cannot be written to {folder}: {error}") from error
    return manifest


def restore(
    home: Path, folder: Path, *, server: Server | None, force: bool = False, progress: Progress = silent
) -> Manifest:
    """Bring the home, and the graph of its bundled `server`, to what a backup holds; server None: only the files.

    All is checked before anything is touched: each file's hash, the versions of server and schema, room on the disk,
    and that home and graph are empty, or else that `force` was given. With `force` the graph is replaced, and files of
    the same name are; other files stay. Interrupted, it is to be run again with `force`. The server runs afterwards;
    the flow server is stopped, and finds its schedules when it is started.

    Raises InputError where a check fails, PipelineError where the graph cannot be loaded.
    """
    home, folder = home.absolute(), folder.absolute()
    manifest = read_manifest(folder)
    if server is None:
        manifest = _without_graph(manifest)
    verify(folder, manifest, progress)
    if server is not None:
        _check_graph(manifest.graph, folder, server)
    _check_room(home, manifest.size)
    if not force:
        _refuse_filled(home, server)
    if server is not None and manifest.graph is not None:
        _load(server, folder / GRAPH, manifest.graph)
    if f"{FILES}/{RECORD.as_posix()}" in manifest.files:
        _make_way(home / RECORD)
    for name in manifest.files:
        if name.startswith(f"{FILES}/"):
            target = home / name.removeprefix(f"{FILES}/")
            with replacing(target) as draft:
                shutil.copy2(folder / name, draft)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """What a backup says of itself. Raises InputError where the folder is no backup, or one of a newer program."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{folder} is no whole backup, its {MANIFEST} cannot be read: {error}") from error
    if manifest.format > FORMAT:
        raise InputError(f"{folder} is a backup of format {manifest.format}, this program knows {FORMAT}: upgrade it")
    return manifest


def verify(folder: Path, manifest: Manifest, progress: Progress = silent) -> None:
    """Raise InputError that names the files of a backup which are missing or differ from their hash."""
    bad = []
    for done, (name, file) in enumerate(manifest.files.items(), 1):
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{folder / MANIFEST} names a file outside the backup: {name}")
        if not (path.is_file() and path.stat().st_size == file.size and digest(path) == file.sha256):
            bad.append(name)
        progress(done, len(manifest.files), "files checked")
    if bad:
        raise InputError(f"{folder} is damaged: missing or changed are {shorten(bad)}; take another backup")


def _clear_halves(folder: Path) -> None:
    """Remove what killed backups left in a folder; the next one has another name where it is named by its day."""
    for half in folder.glob(f"{PREFIX}*/*/"):
        if any((half / part).is_dir() for part in (GRAPH, FILES)) and is_abandoned(half):
            shutil.rmtree(half.parent, ignore_errors=True)


def _without_graph(manifest: Manifest) -> Manifest:
    files = {name: file for name, file in manifest.files.items() if name.startswith(f"{FILES}/")}
    return manifest.model_copy(update={"graph": None, "files": files})


def _check_graph(graph: GraphDump | None, folder: Path, server: Server) -> None:
    if graph is None:
        raise InputError(f"{folder} was backed up without a graph; `vlkge restore --files-only` takes its files")
    if _number(graph.neo4j) > _number(server.version):
        raise InputError(
            f"the graph in {folder} was written by Neo4j {graph.neo4j}, here is {server.version}: upgrade this project"
        )
    if graph.schema_version is not None and graph.schema_version > VERSION:
        raise InputError(
            f"the graph in {folder} has schema version {graph.schema_version}, this program knows {VERSION}: "
            "upgrade the program, or restore an older backup"
        )


def _dump(server: Server, folder: Path) -> GraphDump:
    folder.mkdir()
    was_running = server.status().state == "running"
    counts, schema = count_contents(server), _read_schema_version(server)
    try:
        with offline(server) as admin:
            admin.dump(folder)
    finally:
        if not was_running:
            server.stop()
    return GraphDump(neo4j=server.version, schema_version=schema, **counts)


def _read_schema_version(server: Server) -> int | None:
    if not has_database(server):
        return None
    with connect(server.start()) as database:
        return schema_version(database)


def _load(server: Server, folder: Path, graph: GraphDump) -> None:
    with offline(server) as admin:
        admin.load(folder)
    if (found := count_contents(server)) != graph.model_dump(include={"nodes", "relationships"}):
        raise PipelineError(f"the loaded graph holds {found}, the backup held {graph}: load it again, or another one")


def _refuse_filled(home: Path, server: Server | None) -> None:
    if files := [str(path.relative_to(home)) for path in _home_files(home)]:
        raise InputError(f"{home} already holds {shorten(files)}; --force replaces those that the backup has, too")
    if server is None:
        return
    was_running = server.status().state == "running"
    nodes = count_contents(server)["nodes"]
    if not was_running:
        server.stop()
    if nodes:
        raise InputError(f"the graph already holds {nodes:,} nodes; --force replaces it")


def _check_room(home: Path, size: int) -> None:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    if (free := shutil.disk_usage(there).free) < size + MARGIN:
        raise InputError(f"the backup holds {size >> 20} MB, the disk of {home} has {free >> 20} MB left: make room")


def _home_files(home: Path) -> Iterator[Path]:
    """What is backed up, also what lies behind links to other disks.

    Raises InputError for a link to what is not there, as where such a disk is not mounted, PipelineError for a folder
    that cannot be read.
    """
    for folder, folders, names in os.walk(home, followlinks=True, onerror=_refuse_unreadable):
        here = Path(folder)
        folders[:] = sorted(
            name for name in folders if not _is_outside(here / name, home) and not _is_loop(here / name, home)
        )
        for path in sorted(here / name for name in names):
            if _is_outside(path, home) or path.suffix in PASSING:
                continue
            if path.is_symlink() and not path.exists():
                raise InputError(
                    f"{path} is a link to {path.readlink()}, which is not there: mount its disk, or delete it"
                )
            if path.is_file():
                yield path


def _refuse_unreadable(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise PipelineError(f"{error.filename} cannot be read: {error.strerror}") from error


def _is_outside(path: Path, home: Path) -> bool:
    inside = path.relative_to(home)
    return inside.parts[0] in OUTSIDE or is_unfinished(inside)


def _is_loop(folder: Path, home: Path) -> bool:
    """Whether it is a link to a folder that one comes through on the way to it."""
    way = (home / part for part in folder.relative_to(home).parents)
    return folder.is_symlink() and any(place.resolve().is_relative_to(folder.resolve()) for place in way)


def _copy_record(source: Path, target: Path) -> None:
    """A copy of an SQLite database as it is at one moment, whoever writes to it."""
    if not source.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as here,
        contextlib.closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
        there.execute("PRAGMA journal_mode = DELETE")


def _make_way(record: Path) -> None:
    """Stop the server that has the record open, and delete what is no part of another one."""
    if record.parent.is_dir():
        BackgroundProcess(record.parent, record.parent.name).stop()
    for ending in ("-wal", "-shm"):
        record.with_name(f"{record.name}{ending}").unlink(missing_ok=True)


def _hash_all(folder: Path) -> dict[str, File]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): File(sha256=digest(p), size=p.stat().st_size) for p in files}


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
