"""Accepted links in the columns of the tables that they belong to: only what was added."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pandas as pd

from base.errors import InputError, shorten
from graph.curation.source_lines import Line, add_to
from graph.curation.source_reading import Described, Fact
from graph.mapping.table.cells import columns_in, fold, make_id
from graph.mapping.table.relation import Relation

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


Row: TypeAlias = Mapping[Any, Any]
RowKey: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Added:
    """A link with its place in a table. meant: the facts that a reader may take its row for."""

    link: Row
    placed: Placed
    meant: set[Fact]


@dataclass(frozen=True)
class Filled:
    """Rows for one table of a source, with all columns that its mapping reads."""

    table: Described
    rows: pd.DataFrame


@dataclass
class LeftOut:
    """Links that could not be written. counts: how many, by the reason. links: each as a text."""

    counts: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)

    def add(self, link: Row, reason: str) -> None:
        self.counts[reason] += 1
        self.links.append(f"{link['head']} {link['relation']} {link['tail']}")


def fill_columns(
    links: pd.DataFrame,
    tables: Iterable[Described],
    homes: Mapping[str, Home] | None = None,
    *,
    ending: str = ".csv",
) -> tuple[list[Filled], LeftOut]:
    """Of each table rows for each entity that got something: the columns of its id, then those of the relations.

    links: as graph.curation.exchange.read_links gives them; accepted ones count. homes: of ids what is known; an
    entity is in no table of a source that does not assert it. ending: of the files to be written. Rows say what the
    mapping reads as these links and nothing else, and nothing that the source holds by now.
    Raises InputError where no link is accepted, or none can be written.
    """
    accepted = links[links["verdict"] == "accepted"]
    if accepted.empty:
        raise InputError("no link is accepted yet; accept some first, with `vlkge review` or `vlkge decisions import`")
    described, homes = list(tables), homes or {}
    groups: dict[int, dict[RowKey, list[Added]]] = defaultdict(lambda: defaultdict(list))
    left_out = LeftOut()
    for link in accepted[["head", "relation", "tail", "tail_name"]].to_dict("records"):
        meant = _facts_of(link, homes)
        placed = _place(link["head"], link["relation"], link["tail"], link["tail_name"], described, homes)
        if isinstance(placed, str):
            left_out.add(link, placed)
            continue
        number, row = placed
        if any(not meant.isdisjoint(one.facts) for one in described if one.source == described[number].source):
            left_out.add(link, f"{link['relation']}: the source holds it by now")
        else:
            groups[number][tuple(row.row.items())].append(Added(link, row, meant))
    filled = [
        Filled(described[number], rows)
        for number, groups_of in sorted(groups.items())
        if len(rows := _write_rows(described[number], groups_of, ending, left_out))
    ]
    if not filled:
        raise InputError(
            f"no accepted link can be written into a column of a [[table]]: {shorten(sorted(left_out.counts))}"
        )
    return filled, left_out


def _facts_of(link: Row, homes: Mapping[str, Home]) -> set[Fact]:
    """A link under all ids that its ends have."""
    heads, tails = ((link[end], *homes.get(link[end], Home()).others) for end in ("head", "tail"))
    return {(head, link["relation"], tail) for head in heads for tail in tails}


def _write_rows(
    described: Described, groups: Mapping[RowKey, list[Added]], ending: str, left_out: LeftOut
) -> pd.DataFrame:
    """The rows of all groups that the mapping reads as what was added."""
    whole = _as_frame(described, groups)
    if _says(described.read_again(whole, ending), [one for group in groups.values() for one in group]):
        return whole
    kept: dict[RowKey, list[Added]] = {}
    for key, group in groups.items():
        if _says(described.read_again(_as_frame(described, {key: group}), ending), group):
            kept[key] = group
            continue
        for one in group:
            tried = [*kept.get(key, []), one]
            if _says(described.read_again(_as_frame(described, {key: tried}), ending), tried):
                kept[key] = tried
            else:
                left_out.add(one.link, f"{one.link['relation']}: the mapping would read its row as something else")
    return _as_frame(described, kept)


def _says(facts: set[Fact] | None, added: list[Added]) -> bool:
    """Whether facts are the links that were added, each of them and nothing else."""
    return (
        facts is not None
        and all(not one.meant.isdisjoint(facts) for one in added)
        and facts <= {fact for one in added for fact in one.meant}
    )


def _as_frame(described: Described, groups: Mapping[RowKey, list[Added]]) -> pd.DataFrame:
    filled = []
    for key, group in groups.items():
        lines: list[Line] = []
        for one in group:
            add_to(lines, one.placed.values, one.placed.conditions, one.placed.between)
        filled += [{**dict(key), **line.cells()} for line in lines]
    return pd.DataFrame(filled, columns=described.columns(), dtype=object).fillna("")


def _place(
    head: str,
    relation: str,
    tail: str,
    name: object,
    tables: list[Described],
    homes: Mapping[str, Home],
) -> tuple[int, Placed] | str:
    """The number of the table where a link belongs, and its columns there; or why it belongs nowhere."""
    home = homes.get(head, Home())
    for number, described in enumerate(tables):
        table = described.table
        if described.source and home.sources and described.source not in home.sources:
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
            # What a row must be is certain where there is one way, else its own row says it; of a value any way does.
            conditions = {column: wanted[0] for column, wanted in table.when.items() if len(wanted) == 1}
            for id_ in (head, *home.others):
                conditions = {**described.conditions.get(id_, {}), **conditions}
            conditions |= {column: wanted[0] for column, wanted in line.when.items() if wanted}
            if line.role:
                values |= {line.role: next(role for role, meant in line.roles.items() if meant == relation)}
            return number, Placed(row, values, conditions, between)
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
