"""Accepted links as a CSV in the columns of the table that they belong to: only what was added."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from base.errors import InputError, shorten
from graph.curation.source_lines import Line, add_to
from graph.mapping.cells import columns_in, fold, make_id
from graph.mapping.mapping_file import Origin
from graph.mapping.relation import Relation
from graph.mapping.table import Table

BETWEEN = "; "  # of several values in a cell, where the source's own separator is no single sign


@dataclass(frozen=True)
class Home:
    """Where an entity is at home. sources: those that assert it. others: ids that it has in them."""

    sources: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A link in a table's columns. row: those of the head's id. values: those of the tail. conditions: those by which
    the mapping knows the relation. between: what parts several tails in a cell; None where a cell holds one."""

    row: Mapping[str, str]
    values: Mapping[str, str]
    conditions: Mapping[str, str] = field(default_factory=dict)
    between: str | None = None


def list_tables(origins: Iterable[Origin]) -> Iterator[tuple[str, Table]]:
    """The tables that the mapping files of these sources describe, each with its source; a folder that is gone has
    none."""
    for origin in origins:
        found = origin.read()
        for _, source in found.sources if found else ():
            if isinstance(source, Table):
                yield origin.name, source


def fill_columns(
    links: pd.DataFrame, tables: Iterable[tuple[str, Table]], homes: Mapping[str, Home] | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows for each entity that got something: the columns of its id, then those of the relations.

    links: as graph.curation.exchange.read_links gives them; accepted ones count. homes: of ids what is known; an
    entity is in no table of a source that does not assert it. Returns also how many were left out, by the reason.
    Raises InputError where no link is accepted, or none belongs to a table.
    """
    accepted = links[links["verdict"] == "accepted"]
    if accepted.empty:
        raise InputError("no link is accepted yet; accept some first, with `vlkge review` or `vlkge decisions import`")
    described = list(tables)
    rows: dict[tuple[tuple[str, str], ...], list[Line]] = defaultdict(list)
    left_out: Counter[str] = Counter()
    for link in accepted[["head", "relation", "tail", "tail_name"]].to_dict("records"):
        placed = _place(link["head"], link["relation"], link["tail"], link["tail_name"], described, homes or {})
        if isinstance(placed, Placed):
            add_to(rows[tuple(placed.row.items())], placed.values, placed.conditions, placed.between)
        else:
            left_out[placed] += 1
    if not rows:
        raise InputError(f"no accepted link belongs to a column of a [[table]]: {shorten(sorted(left_out))}")
    filled = [{**dict(row), **line.cells()} for row, lines in rows.items() for line in lines]
    own = dict.fromkeys(name for row in rows for name, _ in row)
    columns = list(own | dict.fromkeys(name for cells in filled for name in cells))
    return pd.DataFrame(filled, columns=columns), dict(left_out)


def _place(
    head: str,
    relation: str,
    tail: str,
    name: object,
    tables: list[tuple[str, Table]],
    homes: Mapping[str, Home],
) -> Placed | str:
    """Where a link belongs, or why it belongs nowhere."""
    home = homes.get(head, Home())
    for source, table in tables:
        if source and home.sources and source not in home.sources:
            continue
        label = table.label if isinstance(table.label, str) else None
        row = _take_first(table.id, label, (head, *home.others))
        lines = [(called, line) for called, line in table.relation.items() if relation in _means(called, line)]
        for _, line in lines if row is not None else ():
            values = _fill_tail(line, tail, homes.get(tail, Home()).others, name)
            if row is None or line.year or not any(values.values()):
                continue
            if line.splitter and any(line.splitter.search(value) for value in values.values()):
                return f"{relation}: the separator of its column stands in the name"
            between = next((one for one in line.split if len(one) == 1), BETWEEN) if line.split else None
            # What a row must be is certain where there is one way; what a value must be, any of the ways says.
            conditions = {column: wanted[0] for column, wanted in table.when.items() if len(wanted) == 1}
            conditions |= {column: wanted[0] for column, wanted in line.when.items() if wanted}
            if line.role:
                values |= {line.role: next(role for role, meant in line.roles.items() if meant == relation)}
            return Placed(row, values, conditions, between)
    return f"{relation} has no column"


def _means(called: str, line: Relation) -> set[str]:
    """The relations that the values of a line's columns may be."""
    return set(line.roles.values()) if line.role else {called}


def _fill_tail(line: Relation, tail: str, others: Iterable[str], name: object) -> dict[str, str]:
    """The columns of a tail's id and name; of one that is known by its name alone the id is empty."""
    said = name if isinstance(name, str) else ""
    filled = dict.fromkeys((column for part in (line.id, line.name) if part for column in columns_in(part)), "")
    if line.name is not None and said:
        filled |= take_apart(line.name, None, said) or {}
    by_name = {make_id(line.to, said), make_id(line.to, fold(said))} if line.name is not None and said else set()
    if line.id is not None:
        filled |= _take_first(line.id, line.to, [id_ for id_ in (tail, *others) if id_ not in by_name]) or {}
    return filled


def _take_first(written: str, label: str | None, ids: Iterable[str]) -> dict[str, str] | None:
    """The columns of the first id that they made; one behind the label before an address, which another source may
    have given."""
    start = make_id(label, "")
    for id_ in sorted(ids, key=lambda id_: "{" not in written and not id_.startswith(start)):
        if (found := take_apart(written, label, id_)) is not None:
            return found
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
