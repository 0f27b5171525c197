"""A folder of `entities` and `triples` files, read and checked as a whole before anything is written."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from base.errors import InputError, shorten
from cypher.prefix import own_names
from graph.loading.checks import REQUIRED, RESERVED, check, note, tell_rows
from graph.loading.csv_files import CsvFormat
from graph.loading.names import wrong_name
from graph.loading.tables import READERS, Table, find_table, read_table, show

DEFAULT_LABEL = "Thing"
MAPPING_FILE = "mapping.toml"
SPELLINGS = {"entities": {"type": "label", "description": "text"}, "triples": {"mode": "split"}}
RESERVED_SOURCES = {"adopted", "adopted path", "prediction"}
TEXT = {
    "entities": ("id", "label", "name", "text", "image", "url", "rights"),
    "triples": (*REQUIRED["triples"], "split"),
}


@dataclass(frozen=True)
class Source:
    """What a folder asserts, checked: every id once, every end of a fact known.

    entities: columns id, label, then those of name, text, image, url, rights and further
        properties that the file has; missing cells are NaN or NA.
    triples: columns head, relation, tail, split (NaN where the file gives none), then further
        properties; each fact once.
    repeated: how often a fact was given more than once.
    derived: whether the entities were made from the triples; their label is then only a default.
    named: whether a person gave the name; else it is the folder's, as it was typed.
    notes: what is no error and should be known.
    identifiers: properties by which the graph may know an entity under another id.
    mapping: the mapping file, where it is not the folder's own.
    aliases: id -> id of the entity of the graph that it is too, as a person decided.
    """

    name: str
    folder: Path
    entities: pd.DataFrame
    triples: pd.DataFrame
    repeated: int = 0
    derived: bool = False
    named: bool = True
    notes: list[str] = field(default_factory=list)
    identifiers: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    mapping: Path | None = None


def read_source(
    folder: Path, *, name: str | None = None, mapping: Path | None = None, entities_from_triples: bool = False
) -> Source:
    """Read and check a folder with `entities` and `triples` as .csv, .parquet or another of READERS.

    name: what the graph remembers the source by; the folder's name where it is left out, that of a link as it is
        typed and not of what it points to.
    mapping: a TOML file with tables [entities] and [triples], our column = "header in the file", and [csv], see
        CsvFormat; `mapping.toml` in the folder where it is left out and there is one.
    entities_from_triples: for a folder without entities: each end of a triple becomes a Thing.

    Raises InputError with all that is wrong: file, line, the first few and a count of each.
    """
    folder, name, named = name_source(folder, name)
    headers, form = _read_mapping(folder, mapping)
    triples = _read(folder, "triples", headers, form)
    if entities_from_triples:
        if path := find_table(folder, "entities"):
            raise InputError(f"{path} is there: entities are made from the triples only where no file gives them")
        check(triples, None)
        entities = _derive_entities(triples.frame)
    else:
        table = _read(folder, "entities", headers, form)
        check(triples, table)
        entities = table.frame
    facts = triples.frame.drop_duplicates(["head", "relation", "tail"])
    return Source(
        name, folder, entities, facts, len(triples.frame) - len(facts),
        derived=entities_from_triples, named=named,
        notes=note(triples, entities) if entities_from_triples else [*tell_rows(table), *note(triples, entities)],
    )  # fmt: skip


def name_source(folder: Path, name: str | None) -> tuple[Path, str, bool]:
    """The folder as a full path, the source's name, and whether a person gave it.

    Raises InputError where there is no such folder or the name cannot be one.
    """
    # As typed: what a link points to may change every night.
    folder = folder.resolve() if ".." in folder.parts else folder.absolute()
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give one with entities and triples as {' or '.join(READERS)}")
    named, name = name is not None, folder.name if name is None else name
    if not name or name in RESERVED_SOURCES:
        raise InputError(
            f"the source's name is {name!r}; it must not be empty nor one of {', '.join(sorted(RESERVED_SOURCES))}"
        )
    if reason := wrong_name(name):
        raise InputError(f"the source's name {show(name)} {reason}; give another one")
    return folder, name, named


def check_source(entities: Table, triples: Table) -> list[str]:
    """What of entities and facts is no error and should be known. Raises InputError with all that is wrong in them.

    For tables that did not come from `entities` and `triples` files; what is complained of is named by `Table.lines`.
    """
    for kind, table in (("entities", entities), ("triples", triples)):
        if taken := sorted(RESERVED[kind].intersection(table.frame.columns)):
            raise InputError(
                f"{table.path.name}: the properties {', '.join(taken)} are reserved for what is written here; "
                "rename them"
            )
    check(triples, entities)
    return note(triples, entities.frame)


def _read_mapping(folder: Path, path: Path | None) -> tuple[Mapping[str, Mapping[str, str]], CsvFormat]:
    path = path or (folder / MAPPING_FILE if (folder / MAPPING_FILE).is_file() else None)
    if path is None:
        return {}, CsvFormat()
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the mapping file {path} cannot be read: {error}") from error
    form = _read_format(path, mapping.pop("csv", {}))
    for key, table in mapping.items():
        if key not in REQUIRED or not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
            raise InputError(
                f"{path}: [{key}] is not understood; allowed are [entities] and [triples] with lines: column = "
                '"header", and [csv] with separator, quote and encoding; or the tables of docs/mapping.md'
            )
    return mapping, form


def _read_format(path: Path, given: Any) -> CsvFormat:
    try:
        form = CsvFormat.model_validate(given)
    except ValidationError as error:
        raise InputError(
            f"{path}: [csv] is {given!r}; it may have separator, quote and encoding, each a text"
        ) from error
    if problem := form.problem():
        raise InputError(f"{path}: [csv] {problem}")
    return form


def _read(folder: Path, kind: str, headers: Mapping[str, Mapping[str, str]], form: CsvFormat) -> Table:
    path = find_table(folder, kind)
    if path is None:
        near = [there.name for there in sorted(folder.iterdir()) if there.name.lower().startswith(kind)]
        hint = f"; it has {shorten(near)}" if near else ""
        hint += "; where there is none, entities can be made from the triples" if kind == "entities" else ""
        raise InputError(f"{folder} has no {' or '.join(f'{kind}{ending}' for ending in READERS)}{hint}")
    table = read_table(path, headers.get(kind, {}), SPELLINGS[kind], TEXT[kind], form)
    columns = list(table.frame.columns)
    if absent := [column for column in REQUIRED[kind] if column not in columns]:
        others = {column: spelling for spelling, column in SPELLINGS[kind].items()}
        missing = " and ".join(f"{c} (or {others[c]})" if c in others else c for c in absent)
        raise InputError(
            f"{path.name}: there is no column {missing}; it has {', '.join(columns) or 'none'}. "
            f"{MAPPING_FILE} can name others, and another separator"
        )
    if taken := sorted({*RESERVED[kind], *own_names(RESERVED[kind])}.intersection(columns)):
        raise InputError(
            f"{path.name}: the columns {', '.join(taken)} are reserved for what is written here; rename them"
        )
    frame = table.frame.copy()
    for column in TEXT[kind]:
        if column in columns:
            frame[column] = _as_text(path, frame[column])
    if kind == "triples" and "split" not in columns:
        frame.insert(3, "split", pd.Series(np.nan, index=frame.index, dtype="str"))
    first = [column for column in TEXT[kind] if column in frame]
    ordered = frame[[*first, *(column for column in frame if column not in first)]]
    return Table(path, ordered, table.places, table.read)


def _as_text(path: Path, values: "pd.Series[str]") -> "pd.Series[str]":
    if values.dtype in ("Float64", "boolean"):
        raise InputError(f"{path.name}: column {values.name!r} holds {values.dtype}, it must be text or whole numbers")
    return values.astype("str") if values.dtype != "Int64" else values.astype("string").astype("str")


def _derive_entities(triples: pd.DataFrame) -> pd.DataFrame:
    ids = pd.unique(pd.concat([triples["head"], triples["tail"]], ignore_index=True))
    return pd.DataFrame({"id": pd.Series(ids, dtype="str"), "label": pd.Series(DEFAULT_LABEL, range(len(ids)), "str")})
