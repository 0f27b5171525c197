"""What the graph remembers of each source: its folder, its columns, and whom it goes before where two disagree."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from base.errors import InputError
from graph.connection import Database, Row
from graph.loading.files import Source

# What an owner's own graph says goes before every file; accepted predictions have no values of their own.
ADOPTED, ADOPTED_PATH, PREDICTION = "adopted", "adopted path", "prediction"
PARTS = "\t"  # between a column and its source; no name holds it


@dataclass(frozen=True)
class Record:
    """A source. place: the lower, the more it is believed. columns: of entities and of facts, None where unknown.

    mapping: the mapping file, where it is not the folder's own.
    """

    name: str
    place: int
    folder: str | None = None
    entity_columns: frozenset[str] | None = None
    fact_columns: frozenset[str] | None = None
    mapping: str | None = None

    def columns(self, kind: str) -> frozenset[str] | None:
        return self.entity_columns if kind == "entities" else self.fact_columns


@dataclass(frozen=True)
class Order:
    """Who is believed where two sources disagree about a value: who came first, unless a person preferred another."""

    source: str
    records: Mapping[str, Record]

    def goes_before(self, other: str) -> bool:
        """Whether the source at hand is believed rather than another one."""
        return self._place(self.source) < self._place(other)

    def holders(self, kind: str, column: str) -> list[str]:
        """The other sources that may have a column of entities or of facts: those of unknown columns among them."""
        others = [record for name, record in self.records.items() if name != self.source]
        return [record.name for record in others if (columns := record.columns(kind)) is None or column in columns]

    def _place(self, name: str) -> float:
        if name == ADOPTED:
            return float("-inf")
        return self.records[name].place if name in self.records else float("inf")


@dataclass
class Settled:
    """properties: what is to be written. lost: the source's values that another's stand against, and won: the reverse;
    both as column, value that stands, whose it is, value that does not, whose that is. silent: columns that stay
    another's."""

    properties: dict[str, Any] = field(default_factory=dict)
    lost: list[tuple[str, Any, str, Any, str]] = field(default_factory=list)
    won: list[tuple[str, Any, str, Any, str]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)


def settle(
    order: Order, names: list[str], new: list[Any], old: list[Any], sources: list[str], value_sources: list[str]
) -> Settled:
    """What becomes of the values that a source gives for a thing which the graph has.

    old: the values there. sources: who asserts the thing, in the order of their coming; a value is the first one's
    but for those that value_sources names, as ``column<tab>source``. An empty cell takes only the source's own away.
    """
    us, done = order.source, Settled()
    given = dict(entry.rsplit(PARTS, 1) for entry in value_sources)
    first = sources[0] if sources else us
    alone = not set(sources) - {us}
    owners = dict(given)
    for name, value, before in zip(names, new, old, strict=True):
        owner = given.get(name, first)
        ours = owner == us or owner not in sources
        if value is None:
            if before is not None and (alone or given.get(name) == us):
                done.properties[name] = None
                owners.pop(name, None)
        elif value == before and type(value) is type(before):
            if not ours and order.goes_before(owner):
                owners[name] = us
            elif not ours:
                done.silent.add(name)
        elif before is None or ours or order.goes_before(owner):
            done.properties[name] = value
            owners[name] = us
            if before is not None and not ours:
                done.won.append((name, value, us, before, owner))
        else:
            done.silent.add(name)
            done.lost.append((name, before, owner, value, us))
    kept = sorted(f"{name}{PARTS}{owner}" for name, owner in owners.items() if owner != first)
    if kept != sorted(value_sources):
        done.properties["value_sources"] = kept or None
    return done


def read_records(database: Database) -> dict[str, Record]:
    """All sources that the graph remembers, by name."""
    return records_of(database.read("ingest/read_sources"))


def records_of(rows: Iterable[Row]) -> dict[str, Record]:
    """The sources that rows of ``ingest/read_sources`` tell of, by name."""
    records = {}
    for row in rows:
        entity_columns, fact_columns = (
            None if row[key] is None else frozenset(row[key]) for key in ("entity_columns", "fact_columns")
        )
        records[row["name"]] = Record(
            row["name"], row["place"], row["folder"], entity_columns, fact_columns, row["mapping"]
        )
    return records


def place_source(records: Mapping[str, Record], known: list[str], name: str, preferred: bool) -> dict[str, Record]:
    """The records with one for each source: what has none yet comes after the others, or, preferred, before them.

    known: the sources that assert anything in the graph.
    """
    placed = dict(records)
    others = [other for other in known if other not in placed and other not in (ADOPTED, PREDICTION)]
    for new in [*(other for other in others if other != name), *([] if name in placed else [name])]:
        placed[new] = Record(new, 1 + max((record.place for record in placed.values()), default=0))
    least = min((record.place for other, record in placed.items() if other != name), default=placed[name].place + 1)
    if preferred and placed[name].place >= least:
        placed[name] = replace(placed[name], place=least - 1)
    return placed


def check_folder(source: Source, records: Mapping[str, Record]) -> None:
    """Raise InputError where a source that nobody named has the name of one that came from another folder."""
    record = records.get(source.name)
    before = None if record is None else record.folder
    if source.named or before is None or before == str(source.folder):
        return
    raise InputError(
        f"the source {source.name!r} came from {before}, and this folder is {source.folder}: if it is the same source, "
        f"say so with --source {source.name!r}; if it is another one, give it another name with --source NAME"
    )


def note_link(source: Source, records: Mapping[str, Record]) -> list[str]:
    """A note where the folder is a link to one that the graph knows as another source."""
    target = Path(os.path.realpath(source.folder)).name
    if source.named or target == source.name or target not in records:
        return []
    return [
        f"{source.folder} is a link to {target}, which the graph knows as a source of its own; "
        f"what that brought stays its, unless this is ingested with --source {target!r}"
    ]


def write_records(database: Database, records: Mapping[str, Record]) -> None:
    """Remember them."""
    rows = [
        {
            "of": f"source {record.name}",
            "name": record.name,
            "place": record.place,
            "folder": record.folder,
            "mapping": record.mapping,
            "entity_columns": None if record.entity_columns is None else sorted(record.entity_columns),
            "fact_columns": None if record.fact_columns is None else sorted(record.fact_columns),
        }
        for record in records.values()
    ]
    if rows:
        database.write("ingest/record_sources", rows=rows)
