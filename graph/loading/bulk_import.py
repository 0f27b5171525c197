"""First loads: a source written as files that neo4j-admin imports into an empty database, many times faster than MERGE.

The graph is the one that an ordinary ingest would make, time stamps aside; a test compares them.
"""

import shlex
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from base.errors import InputError, PipelineError
from base.progress import Progress, silent
from graph.connection import connect
from graph.download import Limits
from graph.loading.asserted import entity_properties, fact_properties
from graph.loading.files import Source
from graph.loading.ingest import IngestResult, summarize, write_pictures
from graph.loading.plan import Plan, plan_first_load
from graph.pictures import PictureStore
from graph.reserved import MARK, MARK_PROPERTY
from graph.schema import setup_schema
from graph.server.neo4j_admin import DATABASE, count_contents, offline
from graph.server.neo4j_server import Server
from graph.splits import Shares

# How the import tool calls the types that a table may have, by the name of the frame's dtype.
TYPES = {"Int64": "long", "Float64": "double", "boolean": "boolean"}
# Characters that no label has; one of them parts the labels of an entity.
SEPARATORS = ("U+001F", "U+001E", "U+001D")
OPTIONS = ("--id-type=string", "--multiline-fields=true", "--overwrite-destination=true")


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

    Raises InputError where the database holds anything, GraphError where the import fails; it can be tried again then.
    """
    changes = plan_first_load(source, shares=shares, holding_out=hold_out)
    if nodes := count_contents(server)["nodes"]:
        raise InputError(
            f"the graph already holds {nodes:,} nodes, and a bulk import needs an empty one: "
            "leave out --bulk, or empty it with `vlkge reset`"
        )
    with offline(server) as admin, tempfile.TemporaryDirectory(prefix="import-", dir=server.folder) as folder:
        admin.run("database", "import", "full", DATABASE, *write_files(changes, Path(folder)))
    wanted = {"nodes": len(source.entities), "relationships": len(source.triples)}
    if (found := count_contents(server)) != wanted:
        raise PipelineError(
            f"the import left {found} in the graph, not {wanted}: empty it with `vlkge reset`, and leave out --bulk"
        )
    with connect(server.start()) as database:
        setup_schema(database)
        pictures = write_pictures(database, changes, store, limits=limits, progress=progress)
    return summarize(changes, dry_run=False, pruned=False, pictures=pictures)


def write_files(changes: Plan, folder: Path) -> list[str]:
    """Write a source as files for `neo4j-admin database import full`; returns the arguments that name them.

    Raises InputError where a label or the source's name holds what parts labels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source, now = changes.source, datetime.now(UTC).isoformat().replace("+00:00", "Z")
    nodes, links = source.entities.reset_index(drop=True), source.triples.reset_index(drop=True)
    separator = _separator([source.name, *nodes["label"].unique()])
    entities = {
        "id:ID(Entity)": nodes["id"],
        ":LABEL": _character(separator).join(["Entity", MARK, ""]) + nodes["label"],
        "primary_label:string": nodes["label"],
        **_properties(nodes, entity_properties(source)),
        "held_out:string": nodes["id"].map(changes.held_out).astype("str"),
        "sources:string[]": source.name,
        "updated_at:datetime": now,
    }
    facts = {
        ":START_ID(Entity)": links["head"],
        ":TYPE": links["relation"],
        ":END_ID(Entity)": links["tail"],
        f"{MARK_PROPERTY}:boolean": "true",
        "split:string": changes.splits,
        **_properties(links, fact_properties(source)),
        "sources:string[]": source.name,
        "asserted_at:datetime": now,
    }
    return [
        *OPTIONS,
        f"--array-delimiter={separator}",
        f"--nodes={_write(folder, 'entities', entities)}",
        f"--relationships={_write(folder, 'facts', facts)}",
    ]


def command(arguments: Iterable[str], database: str) -> str:
    """What to type on the machine of a server of one's own, while it is stopped."""
    return shlex.join(["neo4j-admin", "database", "import", "full", database, *arguments])


def _properties(frame: pd.DataFrame, names: list[str]) -> dict[str, "pd.Series[Any]"]:
    return {f"{name}:{TYPES.get(str(frame[name].dtype), 'string')}": _cells(frame[name]) for name in names}


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
