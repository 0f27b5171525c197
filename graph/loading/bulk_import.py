"""First loads: a source written as files that neo4j-admin imports into an empty database, many times faster than MERGE.

The graph is the one that an ordinary ingest would make, time stamps aside; a test compares them.
"""

import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from base.errors import InputError, PipelineError
from base.progress import Progress, silent
from cypher.prefix import own
from graph.connection import connect
from graph.download import Limits
from graph.loading.asserted import entity_properties, fact_properties
from graph.loading.entity_pictures import write_pictures
from graph.loading.files import Source
from graph.loading.ingest import (
    IngestResult,
    plan,
    remember_source,
    summarize,
    write_entities,
    write_facts,
)
from graph.loading.plan import Plan, plan_first_load
from graph.pictures import PictureStore
from graph.reserved import MARK, MARK_PROPERTY
from graph.schema import setup_schema
from graph.server.neo4j_admin import DATABASE, Admin, count_contents, offline
from graph.server.neo4j_server import Server
from graph.server.store import swap, why_closed
from graph.splits import Shares

# How the import tool calls the types that a table may have, by the name of the frame's dtype.
TYPES = {"Int64": "long", "Float64": "double", "boolean": "boolean"}
# Characters that no label has; one of them parts the labels of an entity.
SEPARATORS = ("U+001F", "U+001E", "U+001D")
PREFIX = "import-"  # of the folder that a process works in
OPTIONS = ("--id-type=string", "--multiline-fields=true", "--overwrite-destination=true", "--bad-tolerance=0")
# A cell that is longer than the tool's buffer fails; of what it has by default, half is left for the rest of a row.
BUFFER = 4 << 20
# In a header the tool takes what stands between these for options or a group of ids, and out of the name.
BRACKETS = {"(", "{"}
IMPORTED = re.compile(r"Imported:\s+(\d+) nodes\s+(\d+) relationships")


def bulk_ingest(
    server: Server,
    source: Source,
    store: PictureStore,
    *,
    shares: Shares | None = None,
    hold_out: Mapping[str, float] | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> IngestResult:
    """Import a source into the empty database of the bundled server, which is stopped for that and runs afterwards.

    shares, hold_out: see plan_changes. limits: see gather_pictures. Pictures are copied as by an ordinary ingest.

    The import makes a spare store, which takes the database's place only once it is whole and opens.

    Raises InputError where the database holds anything, PipelineError, with Neo4j's reason, where the database does
    not open or the import fails; the database is then as it was before.
    """
    changes = plan_first_load(source, shares=shares, holding_out=hold_out)
    if reason := why_closed(server):
        raise PipelineError(
            f"Neo4j does not open the database: {reason}; `vlkge reset` puts its files aside and begins an empty one"
        )
    if nodes := count_contents(server)["nodes"]:
        raise InputError(
            f"the graph already holds {nodes:,} nodes, and a bulk import needs an empty one: "
            "leave out --bulk, or empty it with `vlkge reset`"
        )
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=server.folder) as folder:
        spare = Path(folder)
        with offline(server) as admin:
            _clear_halves(server.folder)
            _import(admin, changes, spare)
            swap(server, spare / "data")
        _check(server, changes, spare / "data")
    with connect(server.start()) as database:
        setup_schema(database)
        if _left_out(source):
            rest = plan(database, source, shares=shares, hold_out=hold_out)
            write_entities(database, rest, progress=progress)
            write_facts(database, rest, progress=progress)
        pictures = write_pictures(database, changes, store, limits=limits, progress=progress)
        remember_source(database, changes, pruned=False)
    return summarize(changes, dry_run=False, pictures=pictures)


def _clear_halves(folder: Path) -> None:
    """Remove what imports of killed processes left: files and a store, together larger than the graph."""
    for left in folder.glob(f"{PREFIX}*"):
        process = left.name.removeprefix(PREFIX).partition("-")[0]
        if process.isdecimal() and not psutil.pid_exists(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _wanted(changes: Plan) -> tuple[int, int]:
    return len(changes.source.entities), len(changes.source.triples)


def _import(admin: Admin, changes: Plan, spare: Path) -> None:
    """Make a store in ``<spare>/data``. Raises PipelineError where it is not the whole source."""
    data = spare / "data"
    data.mkdir()
    arguments = write_files(changes, spare / "files")
    printed = admin.run("database", "import", "full", DATABASE, "--verbose", *arguments, data=data)
    found = IMPORTED.search(printed)
    if found is not None and (int(found[1]), int(found[2])) != _wanted(changes):
        raise PipelineError(
            f"neo4j-admin imported {found[1]} nodes and {found[2]} relationships, not {_wanted(changes)}: "
            "nothing is changed; leave out --bulk"
        )


def _check(server: Server, changes: Plan, data: Path) -> None:
    """Raise PipelineError, and put the database back as it was, where the new one does not open or is not whole."""
    reason = why_closed(server)
    found = None if reason else tuple(count_contents(server).values())
    if found == _wanted(changes):
        return
    with offline(server):
        swap(server, data)
    server.start()
    raise PipelineError(
        f"the imported database {f'does not open ({reason})' if reason else f'holds {found}, not {_wanted(changes)}'}: "
        "it is as it was before; leave out --bulk"
    )


def write_files(changes: Plan, folder: Path) -> list[str]:
    """Write a source as files for `neo4j-admin database import full`; returns the arguments that name them.

    Columns that the tool cannot name are left to an ordinary ingest afterwards.

    Raises InputError where a label or the source's name holds what parts labels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source, now = changes.source, datetime.now(UTC).isoformat().replace("+00:00", "Z")
    nodes, links = source.entities.reset_index(drop=True), source.triples.reset_index(drop=True)
    separator = _separator([source.name, *nodes["label"].unique()])
    entities = {
        f"{own('id')}:ID(Entity)": nodes["id"],
        ":LABEL": _character(separator).join([own("Entity"), own(MARK), ""]) + nodes["label"],
        f"{own('primary_label')}:string": nodes["label"],
        **_properties(nodes, entity_properties(source)),
        f"{own('held_out')}:string": nodes["id"].map(changes.held_out).astype("str"),
        f"{own('sources')}:string[]": source.name,
        f"{own('updated_at')}:datetime": now,
    }
    facts = {
        ":START_ID(Entity)": links["head"],
        ":TYPE": links["relation"],
        ":END_ID(Entity)": links["tail"],
        f"{own(MARK_PROPERTY)}:boolean": "true",
        f"{own('split')}:string": changes.splits,
        **_properties(links, fact_properties(source)),
        f"{own('sources')}:string[]": source.name,
        f"{own('asserted_at')}:datetime": now,
    }
    return [
        *OPTIONS,
        *_buffer([*entities.values(), *facts.values()]),
        f"--array-delimiter={separator}",
        f"--nodes={_write(folder, 'entities', entities)}",
        f"--relationships={_write(folder, 'facts', facts)}",
    ]


def command(arguments: Iterable[str], database: str) -> str:
    """What to type on the machine of a server of one's own, while it is stopped."""
    return shlex.join(["neo4j-admin", "database", "import", "full", database, *arguments])


def _properties(frame: pd.DataFrame, names: list[str]) -> dict[str, "pd.Series[Any]"]:
    told = [name for name in names if not BRACKETS.intersection(name)]
    return {f"{own(name)}:{TYPES.get(str(frame[name].dtype), 'string')}": _cells(frame[name]) for name in told}


def _left_out(source: Source) -> list[str]:
    """The columns that the tool cannot name."""
    return [name for name in [*entity_properties(source), *fact_properties(source)] if BRACKETS.intersection(name)]


def _buffer(columns: Iterable[object]) -> list[str]:
    """The option for cells that are longer than the tool takes by default, none where there are none."""
    texts = [
        pa.array(column, pa.large_string())
        for column in columns
        if isinstance(column, pd.Series) and column.dtype == "str"
    ]
    longest = max((pc.max(pc.binary_length(text)).as_py() or 0 for text in texts), default=0)
    return [f"--read-buffer-size={(4 * longest >> 20) + 8}m"] if 2 * longest > BUFFER else []


def _cells(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Values as the tool reads them: infinity has another name there."""
    if str(values.dtype) != "Float64" or not np.isinf(values.to_numpy(dtype=float, na_value=0.0)).any():
        return values
    return values.astype("string").replace({"inf": "Infinity", "-inf": "-Infinity"})


def _write(folder: Path, name: str, columns: Mapping[str, object]) -> str:
    """A header file and a file of rows, quoted but for missing cells; both as the tool's option names them."""
    header, data = folder / f"{name}-header.csv", folder / f"{name}.csv"
    pa_csv.write_csv(pa.table({str(i): [text] for i, text in enumerate(columns)}), header, _options())
    pa_csv.write_csv(pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False), data, _options())
    return f"{header},{data}"


def _options() -> pa_csv.WriteOptions:
    # A missing cell stays bare, which the tool takes for no property; a quoted empty one is an empty text.
    return pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")


def _separator(texts: Iterable[str]) -> str:
    """What parts labels, as the tool's option names it."""
    used = set().union(*texts)
    for separator in SEPARATORS:
        if _character(separator) not in used:
            return separator
    raise InputError(f"labels and the source's name hold all of the control characters {', '.join(SEPARATORS)}")


def _character(separator: str) -> str:
    return chr(int(separator.removeprefix("U+"), 16))
