"""What `vlkge ingest --bulk` does: into the bundled server, or as files for another one."""

from pathlib import Path
from typing import Any

from flows.runtime.output import print_fields, print_json


def ingest(json: bool, files: Path | None, **parameters: Any) -> None:
    """Import into the bundled server, or, where `files` names a folder, write there what another one imports.

    Raises InputError where NEO4J_URI names a server and no folder is given.
    """
    from base.errors import InputError
    from flows.runtime.settings import Settings

    settings = Settings()
    if files is not None:
        _write_files(json, files, settings.neo4j_database, parameters)
        return
    if settings.neo4j_uri is not None:
        raise InputError(
            f"NEO4J_URI is {settings.neo4j_uri!r}, a server of your own, which neo4j-admin can only import into where "
            "it runs: add `--files FOLDER` for the files and the command, or unset NEO4J_URI for the bundled server"
        )
    _import(json, parameters)


def _import(json: bool, parameters: dict[str, Any]) -> None:
    from flows.commands.graph import print_ingested
    from flows.runtime.services import echo, prepare_prefect
    from flows.runtime.settings import Settings

    prepare_prefect(Settings())
    from flows.ingest import bulk_ingest

    echo("Importing; the bundled Neo4j is stopped meanwhile …")
    result = bulk_ingest(**parameters)
    if json:
        print_json(result)
    else:
        print_ingested(result)


def _write_files(json: bool, folder: Path, database: str, parameters: dict[str, Any]) -> None:
    from graph.loading import bulk_import
    from graph.loading.files import read_source
    from graph.loading.plan import plan_first_load
    from graph.splits import Shares

    mapping = parameters["mapping"]
    source = read_source(
        Path(parameters["folder"]),
        name=parameters["source"],
        mapping=Path(mapping) if mapping else None,
        entities_from_triples=parameters["entities_from_triples"],
    )
    changes = plan_first_load(source, shares=Shares(*parameters["shares"]), holding_out=parameters["hold_out"])
    typed = bulk_import.command(bulk_import.write_files(changes, folder.absolute()), database)
    then = f"vlkge ingest {parameters['folder']} --source {source.name}"
    steps = {"1. stop that Neo4j, and type there": typed, "2. start it, and for pictures and indexes": then}
    if json:
        print_json({"folder": folder.absolute(), "import": typed, "then": then})
    else:
        print_fields(steps)
