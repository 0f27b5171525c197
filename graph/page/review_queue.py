"""The queue of links that wait for a curator: narrowed by filters, in an order, page by page."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from graph.connection import Database

Order = Literal["probability", "uncertainty", "entity", "audit"]
# Counting stops here: each page counts, and nobody needs to know how many more there are.
MOST_COUNTED = 2_000
# The statement of each order, the one for a single relation if the order has an index for it, the property it is by.
_LISTS: dict[Order, tuple[str, str | None, str | None]] = {
    "probability": ("review/list_probable", "review/list_probable_of_relation", "priority"),
    "uncertainty": ("review/list_uncertain", "review/list_uncertain_of_relation", "uncertainty"),
    "audit": ("review/list_drawn", None, "draw"),
    "entity": ("review/list_keyed", None, None),
}


class Filters(BaseModel):
    """Which links are asked for, and in which order.

    low, high: the range of the priority, 0 to 1: how likely a link is right, as far as that is known. label: of the
    head. picture: only heads that have one.
    order: probability and uncertainty give the highest first, entity keeps the links of one head together, audit is
    the random order whose decided beginning measures how often the model is right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    relation: str | None = None
    label: str | None = None
    low: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)
    high: float = Field(1.0, ge=0, le=1, allow_inf_nan=False)
    run: str | None = None
    picture: bool = False
    order: Order = "probability"

    @model_validator(mode="after")
    def _check_range(self) -> "Filters":
        if self.low > self.high:
            raise ValueError(f"the lowest probability, {self.low}, is above the highest, {self.high}")
        return self


@dataclass(frozen=True)
class FilterOptions:
    """What the filters can be set to; `runs` are maps of id, model and at (a time)."""

    relations: list[str]
    labels: list[str]
    runs: list[dict[str, Any]]


def list_keys(database: Database, filters: Filters, *, after: dict[str, Any] | None = None, limit: int) -> list[str]:
    """The keys of the next `limit` links, in order, after the link whose properties are `after` (None: from the start).

    The page after a link is the same whether that link has been decided meanwhile or not.
    """
    everywhere, of_relation, column = _LISTS[filters.order]
    parameters: dict[str, object] = {**_conditions(filters), "key": after["key"] if after else "", "limit": limit}
    if column is not None:
        parameters["value"] = after.get(column) if after else None
    if of_relation is None:
        return _keys(database, everywhere, {**parameters, "relation": filters.relation})
    if filters.relation is None:
        return _keys(database, everywhere, parameters)
    return _keys(database, of_relation, {**parameters, "relation": filters.relation})


def count_left(database: Database, filters: Filters) -> int:
    """How many links wait, at most MOST_COUNTED."""
    parameters: dict[str, object] = {**_conditions(filters), "limit": MOST_COUNTED}
    if filters.relation is None:
        (row,) = database.read("review/count_queue", **parameters)
    else:
        (row,) = database.read("review/count_relation", relation=filters.relation, **parameters)
    return int(row["links"])


def list_choices(database: Database) -> FilterOptions:
    """The relations that were predicted, the labels, and the latest runs."""
    (row,) = database.read("review/list_choices")
    relations = sorted({relation for run in row["runs"] for relation in json.loads(run["counts"] or "{}")})
    runs = [{"id": run["id"], "model": run["model"], "at": run["at"].to_native()} for run in row["runs"]]
    return FilterOptions(relations, row["labels"], runs)


def count_decided(database: Database, by: str, since: datetime) -> int:
    """How many links a person has decided since then, those taken back not counted."""
    (row,) = database.read("review/count_today", by=by, since=since.isoformat())
    return int(row["decisions"])


def _conditions(filters: Filters) -> dict[str, object]:
    conditions = filters.model_dump(exclude={"relation", "order"})
    # Links without a probability have a priority from -1 to 0; only who asks for a range does without them.
    return conditions | {"low": -1.0} if (filters.low, filters.high) == (0.0, 1.0) else conditions


def _keys(database: Database, statement: str, parameters: dict[str, object]) -> list[str]:
    return [row["key"] for row in database.read(statement, **parameters)]
