"""The links frame that a prediction hands over: checked, brought into one form, and kept as Parquet."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from base.errors import InputError, shorten
from base.files import replacing
from cypher.prefix import own, own_names
from graph import reserved
from graph.link_key import link_key

ENDS = ("head", "relation", "tail")
REQUIRED = (*ENDS, "score", "rank")
TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(ENDS, pa.string()),
    "score": pa.float64(),
    "probability": pa.float64(),
    "answer_probability": pa.float64(),
    "uncertainty": pa.float64(),
    "calibrated_on": pa.string(),
    "rank": pa.int64(),
}
STORABLE = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_timestamp,
    pa.types.is_date,
    pa.types.is_null,
)

COVERED = b"covered relations"  # what the metadata of a file of links call them
SHARES = ("probability", "answer_probability", "uncertainty")


def check_links(links: pd.DataFrame) -> pa.Table:
    """The frame as a table, sorted by relation, head and tail, so that equal links are equal tables.

    Columns: head, relation, tail (ids), score (any finite number), rank (1 is best), probability (0 to 1, that the link
    is right if its head has an answer), answer_probability (0 to 1, that it has one), uncertainty (0 to 1),
    calibrated_on (text; these four optional); further columns are evidence: text, numbers, booleans, times, or lists of
    them; missing values stay out, NaN is one, and infinities are refused.

    Raises InputError that names the column and the first offending values.
    """
    if missing := [name for name in REQUIRED if name not in links.columns]:
        raise InputError(f"the links have no column {', '.join(missing)}; needed are {', '.join(REQUIRED)}")
    _check_names(list(links.columns))
    table = pa.table({name: _column(name, links[name]) for name in links.columns})
    _check_values(table.to_pandas())
    return table.sort_by([("relation", "ascending"), ("head", "ascending"), ("tail", "ascending")])


def with_priority(table: pa.Table) -> pa.Table:
    """A checked table in which every link has the `priority` that queues are ordered by, the highest first.

    It is probability times answer_probability where both are known, else the probability, 0 to 1. A link without a
    probability, of a model that was never calibrated, comes after all others, by its score: priority is then below 0
    and above -1, and its `calibrated_on` is 'none'. A missing uncertainty is the binary entropy in bits of a priority
    that is not below 0; without a probability there is none.
    """
    links = pd.DataFrame(index=range(len(table)))
    for name in ("probability", "answer_probability", "uncertainty", "calibrated_on"):
        links[name] = table[name].to_pandas() if name in table.column_names else None
    given = links["probability"].astype("float64")
    right = given * links["answer_probability"].astype("float64").fillna(1.0)
    scores = table["score"].to_pandas().astype("float64")
    entropy = -(_times_log(right) + _times_log(1 - right))
    columns = {
        "priority": right.fillna((scores / (1 + scores.abs()) - 1) / 2),
        "uncertainty": links["uncertainty"].astype("float64").fillna(entropy).where(given.notna()),
        "calibrated_on": links["calibrated_on"].astype("object").where(given.notna(), "none"),
    }
    kept = table.select([name for name in table.column_names if name not in columns])
    for name, values in columns.items():
        kept = kept.append_column(name, pa.array(values, type=TYPES.get(name, pa.float64()), from_pandas=True))
    return kept


def by_relation(table: pa.Table) -> dict[str, pa.Table]:
    """A checked table cut into one per relation, by name."""
    relations = table["relation"].to_pandas()
    parts: dict[str, pa.Table] = {}
    start = 0
    for relation, size in relations.groupby(relations).size().items():
        parts[str(relation)] = table.slice(start, size)
        start += size
    return parts


def entities(table: pa.Table) -> list[str]:
    """The distinct ids of a checked table."""
    ends = pd.concat([table["head"].to_pandas(), table["tail"].to_pandas()])
    return [str(value) for value in ends.unique()]


def digest(table: pa.Table, *more: str) -> str:
    """A sha256 over the content of a checked table and further strings."""
    seen = hashlib.sha256(json.dumps(more).encode())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    seen.update(sink.getvalue())
    return seen.hexdigest()


def rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """One map per link of a checked table: key, head, tail, and `properties` of the other columns."""
    names = [name for name in table.column_names if name not in ENDS]
    ends = zip(*(table[name].to_pylist() for name in ENDS), strict=True)
    values = zip(*(table[name].to_pylist() for name in names), strict=True)
    for (head, relation, tail), row in zip(ends, values, strict=True):
        key = link_key(head, relation, tail)
        properties = dict(zip(names, row, strict=True))
        if has_evidence(names):
            properties["evidence_ids"] = _evidence(properties) or None
        yield {"key": key, "head": head, "tail": tail, "properties": properties}


def has_evidence(columns: Iterable[str]) -> bool:
    """Whether links of these columns may name entities that speak for them."""
    return not {"similar", "paths"}.isdisjoint(columns)


def _evidence(properties: dict[str, Any]) -> list[str]:
    """The ids of the entities that speak for a link: similar ones, and those that paths go through; each once."""
    similar, paths = properties.get("similar"), properties.get("paths")
    ids = list(similar) if isinstance(similar, list) else []
    for path in paths if isinstance(paths, list) else []:
        with suppress(ValueError, TypeError):
            ids += json.loads(path)[2:-2:2]
    return [id_ for id_ in dict.fromkeys(ids) if isinstance(id_, str)]


def file_of(folder: Path, run_id: str) -> Path:
    """Where the links of a model's run are kept."""
    return folder / f"{run_id}.parquet"


def save_links(links: pd.DataFrame, folder: Path, run_id: str, covered: Iterable[str]) -> Path:
    """Write links to the file of their run, whole or not at all.

    `covered` are the relations of which these are all links that a model has in force; the file's metadata say so.
    Publishing what was kept makes it current again.

    Raises InputError as check_links does.
    """
    table = check_links(links).replace_schema_metadata({COVERED: json.dumps(sorted(covered), ensure_ascii=False)})
    path = file_of(folder, run_id)
    with replacing(path) as draft:
        pq.write_table(table, draft, compression="zstd")
    return path


def _check_names(names: list[Any]) -> None:
    if odd := [str(name) for name in names if not isinstance(name, str) or not name.strip()]:
        raise InputError(f"column names of the links must be text: {shorten(odd)}")
    if ours := sorted({*reserved.LINK_PROPERTIES, own(reserved.MARK_PROPERTY)}.intersection(names)):
        raise InputError(f"the links have the reserved column {', '.join(ours)}; rename it")
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(f"the links have the column {', '.join(twice)} more than once")


def _check_values(links: pd.DataFrame) -> None:
    for name in ENDS:
        _refuse(links, links[name].str.strip() == "", f"{name} must not be empty", ENDS)
    _refuse(links, links["relation"].isin(own_names(reserved.RELATIONS)), "relation must not be our own type", ENDS)
    _refuse(links, ~np.isfinite(links["score"]), "score must be a finite number", (*ENDS, "score"))
    _refuse(links, links["rank"] < 1, "rank must be 1 or more", (*ENDS, "rank"))
    for name in SHARES:
        if name in links.columns:
            _refuse(links, (links[name] < 0) | (links[name] > 1), f"{name} must be from 0 to 1", (*ENDS, name))
    for name in links.columns:
        _refuse(links, links[name].map(_is_infinite), f"{name} must be finite", (*ENDS, name))
    _refuse(links, links.duplicated(list(ENDS)), "each (head, relation, tail) may come once", ENDS)


def _is_infinite(value: Any) -> bool:
    """Whether a number is infinite, or one of a list is not finite."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f" and not np.isfinite(value).all()
    return isinstance(value, float) and np.isinf(value)


def _times_log(share: "pd.Series[float]") -> "pd.Series[float]":
    """x · log2 x, 0 at 0."""
    return share * np.log2(share.where(share > 0, 1.0))


def _refuse(links: pd.DataFrame, wrong: "pd.Series[bool]", message: str, shown: Sequence[str]) -> None:
    if wrong.any():
        rows = links.loc[wrong, list(shown)].astype(str).to_numpy().tolist()
        raise InputError(f"{message}: {shorten([' '.join(row) for row in rows])}")


def _column(name: str, values: "pd.Series[Any]") -> "pa.Array[Any]":
    """One column in the type that Neo4j keeps it in."""
    wanted = TYPES.get(name)
    try:
        column = _plain(values, wanted)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        allowed = wanted or "text, numbers, booleans, times, or lists of one of them"
        raise InputError(f"the column {name} of the links holds something else than {allowed}: {error}") from error
    if name in REQUIRED and column.null_count:
        raise InputError(f"the column {name} of the links must have a value in every row; {column.null_count} lack it")
    return column


def _plain(values: "pd.Series[Any]", wanted: pa.DataType | None) -> "pa.Array[Any]":
    """The values without categories; raises ArrowInvalid for what no property can hold."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    made = pa.array(values, type=wanted, from_pandas=True)
    column = made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
    kind = column.type
    if isinstance(column, pa.ListArray | pa.LargeListArray):
        if column.flatten().null_count:
            raise pa.ArrowInvalid("a list with a missing value in it")
        kind = column.flatten().type
    if not any(is_kind(kind) for is_kind in STORABLE):
        raise pa.ArrowInvalid(f"values of type {kind}")
    return column
