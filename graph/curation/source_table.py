"""Accepted links as a CSV in the columns of the table that they belong to: only what was added."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import pandas as pd

from base.errors import InputError, shorten
from graph.mapping.cells import columns_in, make_id
from graph.mapping.mapping_file import Origin
from graph.mapping.table import Table

BETWEEN = "; "  # of several values in a cell, where the source's own separator is no single sign


def list_tables(origins: Iterable[Origin]) -> Iterator[Table]:
    """The tables that the mapping files of these sources describe; a folder that is gone has none."""
    for origin in origins:
        found = origin.read()
        yield from (source for _, source in found.sources if isinstance(source, Table)) if found else ()


def fill_columns(links: pd.DataFrame, tables: Iterable[Table]) -> tuple[pd.DataFrame, dict[str, int]]:
    """A row for each entity that got something: the columns of its id, then those of the relations.

    links: as graph.curation.exchange.read_links gives them; accepted ones count. Returns also how many were left out,
    by the reason. Raises InputError where no link is accepted, or none belongs to a table.
    """
    accepted = links[links["verdict"] == "accepted"]
    if accepted.empty:
        raise InputError("no link is accepted yet; accept some first, with `vlkge review` or `vlkge decisions import`")
    described = list(tables)
    cells: dict[tuple[tuple[str, str], ...], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    between: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    for link in accepted[["head", "relation", "tail", "tail_name"]].to_dict("records"):
        placed = _place(link["head"], link["relation"], link["tail"], link["tail_name"], described)
        if placed is None:
            left_out[f"{link['relation']} has no column"] += 1
            continue
        row, values, sign = placed
        for column, value in values.items():
            cells[row][column].append(value)
            between[column] = sign
    if not cells:
        raise InputError(f"no accepted link belongs to a column of a [[table]]: {shorten(sorted(left_out))}")
    columns = list(dict.fromkeys([name for row in cells for name, _ in row] + list(between)))
    rows = [{**dict(row), **{c: between[c].join(v) for c, v in got.items()}} for row, got in cells.items()]
    return pd.DataFrame(rows, columns=columns), dict(left_out)


def _place(
    head: str, relation: str, tail: str, name: object, tables: list[Table]
) -> tuple[tuple[tuple[str, str], ...], dict[str, str], str] | None:
    """The id's columns and the relation's with their values, and what parts several; None where no table has them."""
    for table in tables:
        line = table.relation.get(relation)
        label = table.label if isinstance(table.label, str) else None
        if line is None or line.year or (row := take_apart(table.id, label, head)) is None:
            continue
        values: dict[str, str] = {}
        if line.id is not None:
            values |= take_apart(line.id, line.to, tail) or {}
        if line.name is not None and isinstance(name, str):
            values |= take_apart(line.name, None, name) or {}
        if values:
            sign = next((one for one in line.split if len(one) == 1), BETWEEN)
            return tuple(row.items()), values, sign
    return None


def take_apart(written: str, label: str | None, value: str) -> dict[str, str] | None:
    """The values of the columns that a template or column made the id or name of; None where it made another one.

    label: whose name stands before an id that was a plain value; None for names.
    """
    if "??" in written:
        return None
    if "{" not in written:
        (column,) = columns_in(written)
        start = make_id(label, "-").removesuffix("-")
        bare = value.removeprefix(start)
        return {column: bare} if label is None or make_id(label, bare) == value else None
    pattern, names = "", columns_in(written)
    for part in re.split(r"(\{[^{}]*\})", written):
        pattern += "(.+?)" if part.startswith("{") else re.escape(part)
    found = re.fullmatch(pattern, value)
    return dict(zip(names, found.groups(), strict=True)) if found and len(names) == written.count("{") else None
