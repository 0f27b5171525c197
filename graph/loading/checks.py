"""What is wrong with a source's two tables, and what is no error and should be known."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from base.errors import InputError
from cypher.prefix import own_names
from graph import reserved
from graph.loading.leaks import tell_torn
from graph.loading.names import bare, face, find_wrong, look_alikes, tell_look_alikes, wrong_id, wrong_name, wrong_text
from graph.loading.tables import MOST, Table
from graph.splits import SPLITS

REQUIRED = {"entities": ("id", "label"), "triples": ("head", "relation", "tail")}
# What we write ourselves; a file that brings its own would be overwritten or believed.
RESERVED = {"entities": {*reserved.ENTITY_PROPERTIES}, "triples": {*reserved.FACT_PROPERTIES} - {"split"}}


def check(triples: Table, entities: Table | None) -> None:
    """Raise InputError with all that is wrong in the tables: file, line, the first few and a count of each.

    entities: None where they are made from the triples.
    """
    problems = _check_some(triples if entities is None else entities)
    if entities is not None:
        problems += _check_entities(entities)
    problems += _check_triples(triples, entities)
    if problems:
        raise InputError("\n".join(problems))


def note(triples: Table, entities: pd.DataFrame) -> list[str]:
    """What of the tables is no error and should be known, a sentence each."""
    return [
        *tell_rows(triples),
        *tell_look_alikes("ids", look_alikes(entities["id"])),
        *tell_look_alikes("labels", look_alikes(entities["label"].unique())),
        *tell_look_alikes("relations", look_alikes(triples.frame["relation"].unique())),
    ]


def tell_rows(table: Table) -> list[str]:
    """How many rows were read of how many lines, where that is not one row a line below the header."""
    rows = len(table.frame)
    if table.read is None or table.read == rows + 1:
        return [] if rows else [f"{table.path.name} has a header but no rows"]
    return [f"{table.path.name}: {rows:,} rows of {table.read:,} lines, as some are blank or cells hold line breaks"]


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
            said = frame["head"] + " " + frame["relation"] + " " + frame["tail"] + ": "
            said += frame[column].astype(str).fillna("none")
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


def _check_reserved(table: Table, column: str, names: Sequence[str]) -> list[str]:
    ours = own_names(names)
    bad: npt.NDArray[np.bool_] = table.frame[column].isin(ours).to_numpy()
    what = f"{column} must not be one of the reserved {', '.join(sorted(ours))}"
    return [table.complain(bad, what, table.frame[column])] if bad.any() else []
