"""A folder of `entities` and `triples` files, read and checked as a whole before anything is written."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from base.errors import InputError
from graph import reserved
from graph.loading.tables import Table, find_table, read_table
from graph.splits import SPLITS

DEFAULT_LABEL = "Thing"
MAPPING_FILE = "mapping.toml"
SPELLINGS = {"entities": {"type": "label", "description": "text"}, "triples": {"mode": "split"}}
REQUIRED = {"entities": ("id", "label"), "triples": ("head", "relation", "tail")}
# What we write ourselves; a file that brings its own would be overwritten or believed.
RESERVED = {"entities": {*reserved.ENTITY_PROPERTIES}, "triples": {*reserved.FACT_PROPERTIES} - {"split"}}
RESERVED_SOURCES = {"adopted", "prediction"}
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
    """

    name: str
    folder: Path
    entities: pd.DataFrame
    triples: pd.DataFrame
    repeated: int = 0
    derived: bool = False


def read_source(
    folder: Path, *, name: str | None = None, mapping: Path | None = None, entities_from_triples: bool = False
) -> Source:
    """Read and check a folder with `entities` and `triples` as .csv or .parquet.

    name: what the graph remembers the source by; the folder's name where it is left out.
    mapping: a TOML file with tables [entities] and [triples], our column = "header in the file";
        `mapping.toml` in the folder where it is left out and there is one.
    entities_from_triples: for a folder without entities: each end of a triple becomes a Thing.

    Raises InputError with all that is wrong: file, line, the first few and a count of each.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give one with entities and triples as .csv or .parquet")
    name = folder.name if name is None else name
    if not name or name in RESERVED_SOURCES:
        raise InputError(
            f"the source's name is {name!r}; it must not be empty nor one of {', '.join(sorted(RESERVED_SOURCES))}"
        )
    headers = _read_mapping(folder, mapping)
    triples = _read(folder, "triples", headers)
    if entities_from_triples:
        if path := find_table(folder, "entities"):
            raise InputError(f"{path} is there: entities are made from the triples only where no file gives them")
        _raise(_check_triples(triples, None))
        entities = _derive_entities(triples.frame)
    else:
        table = _read(folder, "entities", headers)
        _raise([*_check_entities(table), *_check_triples(triples, table)])
        entities = table.frame
    facts = triples.frame.drop_duplicates(["head", "relation", "tail"])
    return Source(name, folder, entities, facts, len(triples.frame) - len(facts), derived=entities_from_triples)


def _read_mapping(folder: Path, path: Path | None) -> Mapping[str, Mapping[str, str]]:
    path = path or (folder / MAPPING_FILE if (folder / MAPPING_FILE).is_file() else None)
    if path is None:
        return {}
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"the mapping file {path} cannot be read: {error}") from error
    for key, table in mapping.items():
        if key not in REQUIRED or not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
            raise InputError(
                f'{path}: [{key}] is not understood; allowed are [entities] and [triples] with lines: column = "header"'
            )
    return mapping


def _read(folder: Path, kind: str, headers: Mapping[str, Mapping[str, str]]) -> Table:
    path = find_table(folder, kind)
    if path is None:
        hint = "; where there is none, entities can be made from the triples" if kind == "entities" else ""
        raise InputError(f"{folder} has no {kind}.csv or {kind}.parquet{hint}")
    table = read_table(path, headers.get(kind, {}), SPELLINGS[kind])
    columns = list(table.frame.columns)
    if absent := [column for column in REQUIRED[kind] if column not in columns]:
        others = {column: spelling for spelling, column in SPELLINGS[kind].items()}
        missing = " and ".join(f"{c} (or {others[c]})" if c in others else c for c in absent)
        raise InputError(
            f"{path.name}: there is no column {missing}; it has {', '.join(columns)}. {MAPPING_FILE} can name others"
        )
    if taken := sorted(RESERVED[kind].intersection(columns)):
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
    return Table(path, frame[[*first, *(column for column in frame if column not in first)]])


def _as_text(path: Path, values: "pd.Series[str]") -> "pd.Series[str]":
    if values.dtype in ("Float64", "boolean"):
        raise InputError(f"{path.name}: column {values.name!r} holds {values.dtype}, it must be text or whole numbers")
    return values.astype("str") if values.dtype != "Int64" else values.astype("string").astype("str")


def _derive_entities(triples: pd.DataFrame) -> pd.DataFrame:
    ids = pd.unique(pd.concat([triples["head"], triples["tail"]], ignore_index=True))
    return pd.DataFrame({"id": pd.Series(ids, dtype="str"), "label": pd.Series(DEFAULT_LABEL, range(len(ids)), "str")})


def _check_entities(table: Table) -> list[str]:
    frame, problems = table.frame, _check_filled(table, ("id", "label"))
    again = (frame["id"].duplicated() & frame["id"].notna()).to_numpy()
    if again.any():
        first = frame.loc[~again].set_index("id")["label"]
        shown = frame["id"] + " as " + frame["label"].fillna("") + ", before as "
        shown = shown + frame["id"].map(first.loc[first.index.dropna()]).fillna("")
        problems.append(table.complain(again, "an id must stand once", shown))
    return [*problems, *_check_reserved(table, "label", reserved.LABELS)]


def _check_triples(table: Table, entities: Table | None) -> list[str]:
    frame, problems = table.frame, _check_filled(table, ("head", "relation", "tail"))
    problems += _check_reserved(table, "relation", reserved.RELATIONS)
    if entities is not None:
        for end in ("head", "tail"):
            unknown = (~frame[end].isin(entities.frame["id"]) & frame[end].notna()).to_numpy()
            if unknown.any():
                problems.append(table.complain(unknown, f"the {end} is not in {entities.path.name}", frame[end]))
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
            said = frame["head"] + " " + frame["relation"] + " " + frame["tail"] + ": " + frame[column].astype(str)
            problems.append(table.complain(torn, f"one fact is given with more than one {column}", said))
    return problems


def _check_filled(table: Table, columns: tuple[str, ...]) -> list[str]:
    empty = {column: (table.frame[column].fillna("").str.strip() == "").to_numpy() for column in columns}
    return [table.complain(bad, f"{column} is empty") for column, bad in empty.items() if bad.any()]


def _check_reserved(table: Table, column: str, ours: Sequence[str]) -> list[str]:
    bad: npt.NDArray[np.bool_] = table.frame[column].isin(ours).to_numpy()
    what = f"{column} must not be one of the reserved {', '.join(sorted(ours))}"
    return [table.complain(bad, what, table.frame[column])] if bad.any() else []


def _raise(problems: list[str]) -> None:
    if problems:
        raise InputError("\n".join(problems))
