"""A folder of `entities` and `triples` files, read and checked as a whole before anything is written."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from base.errors import InputError
from cypher.prefix import own_names
from graph import reserved
from graph.loading.csv_files import CsvFormat
from graph.loading.leaks import tell_torn
from graph.loading.names import bare, face, find_wrong, look_alikes, tell_look_alikes, wrong_id, wrong_name, wrong_text
from graph.loading.tables import MOST, READERS, Table, find_table, read_table, show
from graph.splits import SPLITS

DEFAULT_LABEL = "Thing"
MAPPING_FILE = "mapping.toml"
SPELLINGS = {"entities": {"type": "label", "description": "text"}, "triples": {"mode": "split"}}
REQUIRED = {"entities": ("id", "label"), "triples": ("head", "relation", "tail")}
# What we write ourselves; a file that brings its own would be overwritten or believed.
RESERVED = {"entities": {*reserved.ENTITY_PROPERTIES}, "triples": {*reserved.FACT_PROPERTIES} - {"split"}}
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
    """

    name: str
    folder: Path
    entities: pd.DataFrame
    triples: pd.DataFrame
    repeated: int = 0
    derived: bool = False
    named: bool = True
    notes: list[str] = field(default_factory=list)


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
        _raise([*_check_some(triples), *_check_triples(triples, None)])
        entities = _derive_entities(triples.frame)
    else:
        table = _read(folder, "entities", headers, form)
        _raise([*_check_some(table), *_check_entities(table), *_check_triples(triples, table)])
        entities = table.frame
    facts = triples.frame.drop_duplicates(["head", "relation", "tail"])
    return Source(
        name, folder, entities, facts, len(triples.frame) - len(facts),
        derived=entities_from_triples, named=named,
        notes=_note(triples, entities) if entities_from_triples else [*_tell_rows(table), *_note(triples, entities)],
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
    _raise([*_check_some(entities), *_check_entities(entities), *_check_triples(triples, entities)])
    return _note(triples, entities.frame)


def _read_mapping(folder: Path, path: Path | None) -> tuple[Mapping[str, Mapping[str, str]], CsvFormat]:
    path = path or (folder / MAPPING_FILE if (folder / MAPPING_FILE).is_file() else None)
    if path is None:
        return {}, CsvFormat()
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
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
        hint = "; where there is none, entities can be made from the triples" if kind == "entities" else ""
        raise InputError(f"{folder} has no {' or '.join(f'{kind}{ending}' for ending in READERS)}{hint}")
    table = read_table(path, headers.get(kind, {}), SPELLINGS[kind], TEXT[kind], form)
    columns = list(table.frame.columns)
    if absent := [column for column in REQUIRED[kind] if column not in columns]:
        others = {column: spelling for spelling, column in SPELLINGS[kind].items()}
        missing = " and ".join(f"{c} (or {others[c]})" if c in others else c for c in absent)
        raise InputError(
            f"{path.name}: there is no column {missing}; it has {', '.join(columns)}. {MAPPING_FILE} can name others, "
            "and another separator"
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


def _check_some(table: Table) -> list[str]:
    return [f"{table.path.name}: the file has a header but no rows"] if table.frame.empty else []


def _check_entities(table: Table) -> list[str]:
    frame = table.frame
    problems = [*_check_names(table, "id", wrong_id), *_check_names(table, "label", wrong_name), *_check_texts(table)]
    again = (frame["id"].duplicated() & frame["id"].notna()).to_numpy()
    if again.any():
        first = frame.loc[~again].set_index("id")["label"]
        shown = frame["id"] + " as " + frame["label"].fillna("") + ", before as "
        shown = shown + frame["id"].map(first.loc[first.index.dropna()]).fillna("")
        problems.append(table.complain(again, "an id must stand once", shown))
    return [*problems, *_check_reserved(table, "label", reserved.TYPES)]


def _check_triples(table: Table, entities: Table | None) -> list[str]:
    frame = table.frame
    # Where the entities are listed, what is wrong with an id is told there; here it is unknown.
    check_end = wrong_id if entities is None else _wrong_if_empty
    problems = [
        *_check_names(table, "head", check_end),
        *_check_names(table, "relation", wrong_name),
        *_check_names(table, "tail", check_end),
        *_check_texts(table),
        *_check_reserved(table, "relation", reserved.RELATIONS),
    ]
    if entities is not None:
        for end in ("head", "tail"):
            unknown = (~frame[end].isin(entities.frame["id"]) & frame[end].notna()).to_numpy()
            if unknown.any():
                told = table.complain(unknown, f"the {end} is not in {entities.path.name}", frame[end])
                problems.append(told + _hint_look_alikes(frame[end][unknown], entities))
    wrong = (frame["split"].notna() & ~frame["split"].isin(SPLITS)).to_numpy()
    if wrong.any():
        problems.append(table.complain(wrong, f"the split must be one of {', '.join(SPLITS)} or empty", frame["split"]))
    fact = ["head", "relation", "tail"]
    properties = [str(column) for column in frame if column not in fact]
    repeated = frame[frame.duplicated(fact, keep=False)]
    for column in properties:
        kinds = repeated.groupby(fact, sort=False)[column].transform(lambda values: values.nunique(dropna=False))
        torn = np.zeros(len(frame), dtype=bool)
        torn[repeated.index[kinds > 1]] = True
        if torn.any():
            if column == "split" and (leak := tell_torn(frame)):
                problems.append(f"{table.path.name}: {leak}")
            said = (
                frame["head"]
                + " "
                + frame["relation"]
                + " "
                + frame["tail"]
                + ": "
                + frame[column].astype(str).fillna("none")
            )
            problems.append(table.complain(torn, f"one fact is given with more than one {column}", said))
    return problems


def _check_names(table: Table, column: str, wrong: Callable[[str], str | None]) -> list[str]:
    values = table.frame[column].fillna("")
    return [
        table.complain(bad, f"{column} {reason}", None if reason == "is empty" else values)
        for reason, bad in find_wrong(values, wrong)
    ]


def _wrong_if_empty(id_: str) -> str | None:
    return None if bare(id_) else "is empty"


def _check_texts(table: Table) -> list[str]:
    """Of the columns that become properties."""
    frame = table.frame
    texts = [name for name in frame if frame[name].dtype == "str" and name not in (*REQUIRED["triples"], "id", "label")]
    return [
        table.complain(bad, f"{name} {reason}", frame[name])
        for name in texts
        for reason, bad in find_wrong(frame[name], wrong_text)
    ]


def _hint_look_alikes(unknown: "pd.Series[str]", entities: Table) -> str:
    """Ids of the entities that look like some of the unknown ones; empty where none do."""
    known = {face(id_): id_ for id_ in entities.frame["id"].dropna()}
    pairs = {value: known[face(value)] for value in unknown.unique().tolist() if face(value) in known}
    shown = "; ".join(f"{value!a} looks like {id_!a}" for value, id_ in list(pairs.items())[:MOST])
    return f"; {shown}, which is there" if pairs else ""


def _note(triples: Table, entities: pd.DataFrame) -> list[str]:
    """What of the files is no error and should be known."""
    return [
        *_tell_rows(triples),
        *tell_look_alikes("ids", look_alikes(entities["id"])),
        *tell_look_alikes("labels", look_alikes(entities["label"].unique())),
        *tell_look_alikes("relations", look_alikes(triples.frame["relation"].unique())),
    ]


def _tell_rows(table: Table) -> list[str]:
    """How many rows were read of how many lines, where that is not one row a line below the header."""
    rows = len(table.frame)
    if table.read is None or table.read == rows + 1:
        return [] if rows else [f"{table.path.name} has a header but no rows"]
    return [f"{table.path.name}: {rows:,} rows of {table.read:,} lines, as some are blank or cells hold line breaks"]


def _check_reserved(table: Table, column: str, names: Sequence[str]) -> list[str]:
    ours = own_names(names)
    bad: npt.NDArray[np.bool_] = table.frame[column].isin(ours).to_numpy()
    what = f"{column} must not be one of the reserved {', '.join(sorted(ours))}"
    return [table.complain(bad, what, table.frame[column])] if bad.any() else []


def _raise(problems: list[str]) -> None:
    if problems:
        raise InputError("\n".join(problems))
