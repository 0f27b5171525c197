"""Predicted links and decisions as tables that leave the graph: CSV for spreadsheets, Parquet for programs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j.time
import pandas as pd

from base.errors import InputError
from base.files import refuse_missing_folder, replacing
from cypher.prefix import program_name
from graph.connection import Database, Row, batches
from graph.curation.cells import guard
from graph.curation.source_table import Home
from graph.loading.identifiers import OTHERS
from graph.mapping.mapping_file import Origin
from graph.predicted.links import ENDS
from graph.reserved import MARK_PROPERTY
from graph.transactions import read_columns

# These come first, in this order; whatever else is stored on a link follows by name.
LINK_COLUMNS = (
    "head", "head_name", "relation", "tail", "tail_name", "verdict", "probability", "answer_probability",
    "uncertainty", "calibrated_on", "priority", "score", "rank", "state", "run_id", "model_version", "created_at",
    "previous_probability", "previous_run_id", "head_rights", "tail_rights",
)  # fmt: skip
DECISION_COLUMNS = (
    "id", "head", "head_name", "relation", "tail", "tail_name", "verdict", "by", "at", "reason", "probability",
    "run_id", "model_version", "queue", "batch", "number", "stands",
    "head_rights", "tail_rights",
)  # fmt: skip


def read_links(
    database: Database,
    *,
    relation: str | None = None,
    state: str | None = "current",
    verdict: str | None = None,
    least: float = 0.0,
) -> pd.DataFrame:
    """The predicted links with all that is stored on them, one row each, by head, relation and tail.

    Columns: LINK_COLUMNS, then `draw`, `moved` and evidence. None asks for every relation, state or verdict.
    """
    rows: list[Row] = []
    while page := database.read(
        "exchange/page_links",
        relation=relation, state=state, verdict=verdict, least=least, after=rows[-1]["key"] if rows else "",
    ):  # fmt: skip
        rows += [{**_plain(row.pop("properties")), **row} for row in page]
    return _frame(rows, LINK_COLUMNS).sort_values(["head", "relation", "tail"], ignore_index=True)


def read_decisions(database: Database, *, standing: bool = False) -> pd.DataFrame:
    """All decisions, oldest first for each link, or the `standing` ones alone. Columns: DECISION_COLUMNS."""
    rows: list[Row] = []
    for row in _page_decisions(database):
        kept = {key: value for key, value in row.items() if key not in ("properties", "key")}
        rows.append({**_plain(row["properties"]), **kept})
    frame = _frame(rows, DECISION_COLUMNS)
    return frame[frame["stands"].astype(bool)].reset_index(drop=True) if standing else frame


def add_accepted(database: Database, links: pd.DataFrame, *, relation: str | None = None) -> pd.DataFrame:
    """The links, and beside them what people accepted though no run proposes it: answers that they typed or imported,
    and links that the newest run left out."""
    known = {*links[[*ENDS]].itertuples(index=False, name=None)}
    beside = [
        made
        for made in read_decisions(database, standing=True).to_dict("records")
        if made["verdict"] == "accepted"
        and relation in (None, made["relation"])
        and tuple(made[end] for end in ENDS) not in known
    ]
    if not beside:
        return links
    rows = [*links.to_dict("records"), *({name: made.get(str(name)) for name in links.columns} for made in beside)]
    return pd.DataFrame(rows, columns=links.columns).sort_values([*ENDS], ignore_index=True)


def read_origins(database: Database) -> list[Origin]:
    """Where the sources of the graph come from, as it remembers, in the order in which they are believed."""
    return [
        Origin(Path(row["folder"]), Path(row["mapping"]) if row["mapping"] else None, row["name"])
        for row in database.read("ingest/read_sources")
        if row["folder"]
    ]


def read_homes(database: Database, links: pd.DataFrame) -> dict[str, Home]:
    """Of each end of the links the sources that assert it, and its ids in them."""
    homes = {}
    for batch in batches(sorted({*links["head"], *links["tail"]}), 10_000):
        for row in read_columns(database, "ingest/read_entities", ids=batch, properties=[OTHERS]):
            for id_, sources, (others,) in zip(row["ids"], row["sources"], row["properties"], strict=True):
                homes[id_] = Home(frozenset(sources), tuple(others.split("; ")) if others else ())
    return homes


def write_table(frame: pd.DataFrame, path: Path, *, verbatim: bool = False) -> None:
    """Write .csv (lists as JSON, times as ISO 8601) or .parquet, whole or not at all. Raises InputError for others.

    Cells of .csv that a spreadsheet would run as formulas are made text (see `cells`), unless `verbatim`.
    """
    check_file(path, (".csv", ".parquet"))
    with replacing(path) as draft:
        if path.suffix == ".csv":
            _write_csv(frame, draft, verbatim)
        else:
            frame.to_parquet(draft, index=False, compression="zstd")


def check_file(path: Path, endings: tuple[str, ...]) -> None:
    """Raise InputError for a file of another ending, or in a folder that is not there."""
    if path.suffix not in endings:
        raise InputError(f"{path.name} must end in one of {', '.join(endings)}")
    refuse_missing_folder(path)


def _page_decisions(database: Database) -> Iterator[Row]:
    after, number = "", 0
    while page := database.read("exchange/page_decisions", after=after, number=number):
        yield from page
        after, number = page[-1]["key"], page[-1]["number"]


def _frame(rows: list[Row], first: tuple[str, ...]) -> pd.DataFrame:
    found = {name for row in rows for name in row}
    columns = [*first, *sorted(found.difference(first, {"key"}))]
    return pd.DataFrame(rows, columns=columns)


def _plain(properties: dict[str, Any]) -> dict[str, Any]:
    """What people want to know, with Python's own times: our mark is on everything."""
    named = {program_name(name) or name: value for name, value in properties.items()}
    shown = {name: value for name, value in named.items() if name != MARK_PROPERTY}
    return {k: v.to_native() if isinstance(v, neo4j.time.DateTime) else v for k, v in shown.items()}


def _write_csv(frame: pd.DataFrame, path: Path, verbatim: bool) -> None:
    text = frame.copy()
    for name in text.columns:
        text[name] = text[name].map(_cell if verbatim else _guarded_cell)
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    text.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _guarded_cell(value: object) -> object:
    return guard(value) if isinstance(value, str) else _cell(value)


def _cell(value: object) -> object:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, pd.Timestamp) or hasattr(value, "isoformat") else value
