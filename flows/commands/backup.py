"""`vlkge backup` and `vlkge restore`: graph, models, pictures and users in one folder, and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.runtime.output import Json, print_fields, print_json

if TYPE_CHECKING:
    from graph.server.backup import Manifest
    from graph.server.neo4j_server import Server

app = typer.Typer()

FilesOnly = Annotated[
    bool, typer.Option("--files-only", help="Without the graph: models, pictures and users. For your own Neo4j.")
]


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, preferably on another disk.")],
    files_only: FilesOnly = False,
    json: Json = False,
) -> None:
    """Write graph, models, pictures and users to a new folder, each file with its hash.

    Neo4j Community can only be dumped while it is stopped, so the bundled one is stopped and started again. It is
    refused while others write. Dump your own Neo4j with neo4j-admin; see docs/server.md.
    """
    from flows.runtime.home_lock import alone
    from flows.runtime.services import echo
    from flows.runtime.settings import Settings
    from graph.server.backup import backup as write

    settings, server = Settings(), None if files_only else _bundled("backup")
    echo("Backing up; the bundled Neo4j is stopped for the dump …" if server else "Backing up files …")
    # What is at work would have its graph in the backup as it was, and its files as they are later.
    with alone(settings, "`vlkge backup`"):
        manifest = write(settings.vlkge_home, folder, server=server)
    _print(manifest, folder, json)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="What `vlkge backup` wrote.")],
    files_only: FilesOnly = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the graph, and files of the same name.")] = False,
    json: Json = False,
) -> None:
    """Bring graph, models, pictures and users back from a backup.

    Before anything is touched, every file is checked against its hash, and the target must be empty.
    """
    from flows.runtime.home_lock import alone
    from flows.runtime.services import echo
    from flows.runtime.settings import Settings
    from graph.server.backup import restore as read

    settings, server = Settings(), None if files_only else _bundled("restore")
    echo("Checking and restoring …")
    # What is at work would go on with another graph than it began with.
    with alone(settings, "`vlkge restore`"):
        manifest = read(settings.vlkge_home, folder, server=server, force=force)
    _print(manifest, folder, json)


def _bundled(verb: str) -> "Server":
    """The bundled server. Raises InputError where the graph is on another one."""
    from base.errors import InputError
    from flows.runtime.settings import Settings
    from graph.server.neo4j_server import Server

    settings = Settings()
    if settings.neo4j_uri is not None:
        raise InputError(
            f"NEO4J_URI is {settings.neo4j_uri!r}, a server of your own: there, neo4j-admin dumps and loads the "
            f"database (docs/server.md); `vlkge {verb} --files-only` takes care of models, pictures and users"
        )
    return Server(settings.vlkge_home)


def _print(manifest: "Manifest", folder: Path, json: bool) -> None:
    graph = manifest.graph
    figures = {
        "folder": str(folder),
        "created": manifest.created_at,
        "files": len(manifest.files),
        "megabytes": round(manifest.size / 1e6, 1),
        "nodes": graph.nodes if graph else None,
        "relationships": graph.relationships if graph else None,
    }
    if json:
        print_json(figures)
    else:
        print_fields(figures)
