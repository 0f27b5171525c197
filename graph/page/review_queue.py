"""The queue of links that wait for a curator: narrowed by filters, in an order, page by page."""

import json
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from graph.connection import Database
from graph.curation.opinions import Waiting
from graph.page.recent import Recent

Order = Literal["probability", "uncertainty", "entity", "audit", "second", "contested", "given"]
# Orders of links about which people have said something, and what these wait for.
WAITING: dict[str, Waiting | None] = {"second": "opinion", "contested": "contested", "given": None}
# Counting stops here: each page counts, and nobody needs to know how many more there are.
MOST_COUNTED = 1_000
# More than people decide in the seconds that a count is kept.
SPARE = 250
# For each link that may be counted, at most this number of links is looked at.
LOOKED_AT = 3
# Parts of the queue are counted among this number of links, the likeliest.
MOST_DIVIDED = 5_000
# A page of narrow links is looked for among this many times the links that it takes where they are spread evenly.
WORTHWHILE = 10
LEAST_SCANNED = 5_000
# The names of properties that hold dates, as the database writes a pattern.
DATED = "(?i)(.*_)?(date|dated|year|decade|period|inception)s?(_.*)?"
# The statement of each order, the one for a single relation if the order has an index for it, the property it is by.
_LISTS: dict[Order, tuple[str, str | None, str | None]] = {
    "probability": ("review/list_probable", "review/list_probable_of_relation", "priority"),
    "uncertainty": ("review/list_uncertain", "review/list_uncertain_of_relation", "uncertainty"),
    "audit": ("review/list_drawn", None, "draw"),
    "entity": ("review/list_keyed", None, None),
}


class Filters(BaseModel):
    """Which links are asked for, and in which order.

    near: only heads with a fact about this entity, such as the works of an artist or of a museum. answer: only links to
    this entity. decade: such as 1890: only heads dated to it.
    low, high: the range of the priority, 0 to 1: how likely a link is right, as far as that is known. label: of the
    head. picture: only heads that have one; unpictured: only those that have none.
    order: probability and uncertainty give the highest first, entity keeps the links of one head together, audit is
    the random order whose decided beginning measures how often the model is right. second and contested are the links
    that wait for a second opinion, and for somebody who settles them, given those that somebody gave to a person; no
    run need have proposed these.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    relation: str | None = None
    label: str | None = None
    low: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)
    high: float = Field(1.0, ge=0, le=1, allow_inf_nan=False)
    run: str | None = None
    picture: bool = False
    unpictured: bool = False
    near: str | None = None
    answer: str | None = None
    decade: int | None = Field(None, ge=0, le=9990, multiple_of=10)
    order: Order = "probability"

    @property
    def chosen_by_head(self) -> bool:
        """Whether links are left out that an index does not leave out."""
        return any((self.label, self.run, self.picture, self.unpictured, self.decade is not None))

    @model_validator(mode="after")
    def _check_range(self) -> "Filters":
        if self.low > self.high:
            raise ValueError(f"the lowest probability, {self.low}, is above the highest, {self.high}")
        if self.picture and self.unpictured:
            raise ValueError("no head has a picture and has none")
        return self


class Counts(NamedTuple):
    """How many links wait, and how many are decided; neither is counted beyond a limit.

    more: there are undecided links that were not looked at. Where this is so of decided ones, `decided` is the limit.
    """

    left: int
    decided: int
    more: bool = False


class Part(BaseModel):
    """A part of the queue: what it is about, and how many links of how many heads wait in it."""

    id: str
    name: str
    links: int
    heads: int
    relation: str | None = None


@dataclass(frozen=True)
class FilterOptions:
    """What the filters can be set to; `runs` are maps of id, model and at (a time)."""

    relations: list[str]
    labels: list[str]
    runs: list[dict[str, Any]]


def list_keys(
    database: Database,
    filters: Filters,
    *,
    after: dict[str, Any] | None = None,
    limit: int,
    person: str | None = None,
    via: str | None = None,
) -> list[str]:
    """The keys of the next `limit` links, in order, after the link whose properties are `after` (None: from the start).

    The page after a link is the same whether that link has been decided meanwhile or not. person: whose own opinions
    are left out of what waits for others'. via: the relation of the facts about `filters.near` (None: any).
    """
    if filters.order in WAITING:
        return _list_waiting(database, filters, after["key"] if after else "", limit, person)
    parameters = _conditions(database, filters) | {"via": via, "limit": limit}
    if not (filters.near or filters.answer):
        return _list_wide(database, filters, after, parameters)
    # Where many links are meant, the first of them are soon met in the order of an index.
    scanned = _worth_scanning(database, filters, limit)
    found = _list_wide(database, filters, after, parameters | {"scanned": scanned}) if scanned else []
    return found if len(found) == limit else _list_narrow(database, filters, after, parameters)


def read_place(database: Database, key: str) -> dict[str, Any]:
    """Where a link stands in each order, as `list_keys` takes it."""
    return database.read("review/read_place", key=key)[0]


def count_left(database: Database, filters: Filters, *, person: str | None = None) -> int:
    """How many links wait, at most MOST_COUNTED."""
    return count_links(database, filters, person=person).left


def count_links(
    database: Database,
    filters: Filters,
    *,
    most: int = MOST_COUNTED,
    scanned: int | None = None,
    person: str | None = None,
) -> Counts:
    """How many links wait, and how many are decided, each at most `most`; person: see `list_keys`.

    scanned: the most of each that are looked at, where no entity narrows the queue (None: all).
    """
    if filters.order in WAITING:
        return Counts(len(_list_waiting(database, filters, "", most, person)), 0)
    parameters = _conditions(database, filters) | {"limit": most}
    if filters.near or filters.answer:
        (row,) = database.read("review/count_narrow", **parameters, **_narrow(filters))
        return Counts(min(row["links"], most), min(row["decided"], most), row["more"] and row["links"] < most)
    statement = "review/count_relation" if filters.relation is not None else "review/count_queue"
    if filters.relation is not None:
        parameters["relation"] = filters.relation
    (row,) = database.read(statement, **parameters, scanned=scanned)
    more_left, more_decided = row["links"] < most and row["more_links"], row["decided"] < most and row["more_decided"]
    return Counts(row["links"], most if more_decided else row["decided"], bool(more_left))


def count_recent(database: Database, filters: Filters, recent: Recent, *, person: str | None = None) -> Counts:
    """As `count_links`, or as counted some seconds ago where there are so many more that no decision changes it."""
    asked = (filters, person) if filters.order in WAITING else filters.model_copy(update={"order": "probability"})
    most = MOST_COUNTED + SPARE
    scanned = LOOKED_AT * most if filters.chosen_by_head else most
    counted = recent.get(
        asked,
        lambda: count_links(database, filters, most=most, scanned=scanned, person=person),
        keep=lambda counts: counts.left >= most,
    )
    return Counts(min(counted.left, MOST_COUNTED), min(counted.decided, MOST_COUNTED), counted.more)


def list_ways(database: Database) -> list[str]:
    """The relations of facts by which the queue can be divided, that of the most facts first."""
    return [row["relation"] for row in database.read("review/list_ways")]


def list_parts(database: Database, by: str) -> list[Part]:
    """The queue divided by its answers ("answer"), by decades ("decade"), or by what heads have a relation to.

    Counted are the likeliest links, at most MOST_DIVIDED.
    """
    if by == "answer":
        rows = database.read("review/list_queues_by_answer", scanned=MOST_DIVIDED)
    elif by == "decade":
        rows = database.read("review/list_queues_by_decade", dated=_dated(database), scanned=MOST_DIVIDED)
    else:
        rows = database.read("review/list_queues_by_fact", via=by, scanned=MOST_DIVIDED)
    return [Part(**row) for row in rows]


def list_choices(database: Database) -> FilterOptions:
    """The relations that were predicted, the labels, and the latest runs."""
    (row,) = database.read("review/list_choices")
    relations = sorted({relation for run in row["runs"] for relation in json.loads(run["counts"] or "{}")})
    runs = [{"id": run["id"], "model": run["model"], "at": run["at"].to_native()} for run in row["runs"]]
    return FilterOptions(relations, row["labels"], runs)


def _list_wide(
    database: Database, filters: Filters, after: dict[str, Any] | None, parameters: dict[str, object]
) -> list[str]:
    everywhere, of_relation, column = _LISTS[filters.order]
    asked = {**parameters, "near": filters.near, "answer": filters.answer, "key": after["key"] if after else ""}
    if column is not None:
        asked["value"] = after.get(column) if after else None
    if of_relation is None or filters.relation is not None:
        return _keys(database, of_relation or everywhere, {**asked, "relation": filters.relation})
    return _keys(database, everywhere, asked)


def _worth_scanning(database: Database, filters: Filters, limit: int) -> int:
    """How many links of the queue to look at for a page of narrow ones; 0 where reading all of these costs less."""
    rows = database.read("review/measure_narrow", near=filters.near, answer=filters.answer)
    found, links = (rows[0]["found"], rows[0]["links"]) if rows else (0, 0)
    return max(WORTHWHILE * limit * links // found, LEAST_SCANNED) if found**2 > limit * links else 0


def _list_narrow(
    database: Database, filters: Filters, after: dict[str, Any] | None, parameters: dict[str, object]
) -> list[str]:
    value = None
    if after is not None:
        column = _LISTS[filters.order][2]
        place = after.get(column) if column else 0.0
        descending = filters.order in ("probability", "uncertainty")
        value = -place if descending and place is not None else place
    place_of = {"order": filters.order, "value": value, "key": after["key"] if after else ""}
    return _keys(database, "review/list_narrow", {**parameters, **_narrow(filters), **place_of})


def _list_waiting(database: Database, filters: Filters, key: str, limit: int, person: str | None) -> list[str]:
    named = {**_conditions(database, filters), **_narrow(filters), "by": person, "key": key, "limit": limit}
    if filters.order == "given":
        return _keys(database, "review/list_given", named)
    return _keys(database, "review/list_waiting", {**named, "waiting": WAITING[filters.order]})


def _narrow(filters: Filters) -> dict[str, object]:
    return filters.model_dump(include={"relation", "near", "answer"})


def _dated(database: Database) -> list[str]:
    return list(database.read("review/list_dated", pattern=DATED)[0]["names"])


def _conditions(database: Database, filters: Filters) -> dict[str, object]:
    conditions: dict[str, object] = filters.model_dump(include={"label", "low", "high", "run"})
    conditions["pictured"] = True if filters.picture else False if filters.unpictured else None
    conditions["decade"] = None if filters.decade is None else f"{filters.decade // 10:03d}"
    conditions["dated"] = _dated(database) if filters.decade is not None else []
    # Links without a probability have a priority from -1 to 0; only who asks for a range does without them.
    return conditions | {"low": -1.0} if (filters.low, filters.high) == (0.0, 1.0) else conditions


def _keys(database: Database, statement: str, parameters: dict[str, object]) -> list[str]:
    return [row["key"] for row in database.read(statement, **parameters)]
