"""What forms and addresses of the queue carry: filters, links by their keys, and wishes about them."""

import json
import math
import uuid
from collections.abc import Collection, Mapping
from typing import Any, get_args
from urllib.parse import parse_qsl

from pydantic import ValidationError

from graph import link_key
from graph.connection import Database
from graph.curation.decision import Choice
from graph.page.review_queue import FilterOptions, Filters, Order
from graph.query import knows_relation
from review import words
from review.errors import BadRequestError
from review.language import N_, gettext
from review.rendering import link

_NAMED = ("relation", "label", "run", "order", "picture", "unpictured", "near", "answer", "decade")
_RANGE = {"low": "from", "high": "to"}
# Of values that are allowed, at most so many are named.
MOST_NAMED = 12
# More than there are filters.
MOST_FIELDS = 20


def filters_of(given: Mapping[str, str], beside: Collection[str] = ()) -> Filters:
    """The filters of an address: those of `Filters` under their names, but from and to in percent for low and high.

    beside: what else the address may hold. Raises BadRequestError that says what is wrong, and what is allowed.
    """
    for name in given:
        if name not in (*_NAMED, *_RANGE.values(), *beside):
            known = ", ".join([*_NAMED, *_RANGE.values()])
            raise BadRequestError(
                gettext("There is no filter %(name)r; allowed are %(known)s.", name=name, known=known)
            )
    fields = {name: given[name] for name in _NAMED if given.get(name)}
    shares = {name: _share(part, given[part]) for name, part in _RANGE.items() if given.get(part)}
    try:
        return Filters.model_validate({**fields, **shares})
    except ValidationError as error:
        raise BadRequestError(_explain(error.errors()[0], given)) from error


def _share(name: str, value: str) -> float:
    try:
        share = float(value) / 100
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        said = gettext("“%(name)s” is %(value)r; allowed is a percentage, 0 to 100.", name=name, value=value)
        raise BadRequestError(said)
    return share


def _explain(wrong: Mapping[str, Any], given: Mapping[str, str]) -> str:
    """What is wrong with a filter: its value, and what is allowed."""
    name, value = str(next(iter(wrong["loc"]), "")), wrong["input"]
    if name == "order":
        orders = ", ".join(get_args(Order))
        return gettext("There is no order %(value)r; allowed are %(known)s.", value=value, known=orders)
    if name == "decade":
        return gettext(
            "The decade is %(value)r; allowed is a year from 0 to 9990 that ends in 0, such as 1890.", value=value
        )
    if name:
        return gettext("“%(name)s” is %(value)r; allowed is “on”.", name=name, value=value)
    if given.get("picture") and given.get("unpictured"):
        return gettext("Links are wanted with a picture and without one; allowed is one of the two.")
    low, high = (given.get(part) for part in _RANGE.values())
    return gettext("“from” is %(low)r and “to” is %(high)r; “from” must not be the larger one.", low=low, high=high)


def missing(filters: Filters, choices: FilterOptions, names: Collection[str]) -> list[str]:
    """What the filters name and the graph lacks, in sentences; names: the ids of entities that are there."""
    asked = [
        (filters.relation, choices.relations, N_("The newest runs propose no %(value)r; they propose: %(known)s.")),
        (filters.label, choices.labels, N_("No entity is of the kind %(value)r; there are: %(known)s.")),
        (filters.run, [run["id"] for run in choices.runs], N_("%(value)r is none of the newest runs: %(known)s.")),
    ]
    said = [
        gettext(sentence, value=value, known=_some(known))
        for value, known, sentence in asked
        if value and known and value not in known
    ]
    lacking = [id_ for id_ in (filters.near, filters.answer) if id_ and id_ not in names]
    return said + [gettext("There is no entity %(id)r.", id=id_) for id_ in lacking]


def unknown(database: Database, filters: Filters, choices: FilterOptions, names: Collection[str]) -> list[str]:
    """Of what `missing` says, what the graph lacks altogether: not a relation or a run that merely proposes nothing."""
    asked = filters.model_dump()
    if filters.relation and knows_relation(database, filters.relation):
        asked["relation"] = None
    if filters.run and database.read("predict/find_run", run_id=filters.run):
        asked["run"] = None
    return missing(Filters(**asked), choices, names)


def _some(values: list[str]) -> str:
    return ", ".join(values[:MOST_NAMED]) + (" …" if len(values) > MOST_NAMED else "")


def query_of(filters: Filters) -> dict[str, str]:
    """The filters as an address carries them, without those that are not set."""
    fields = {name: getattr(filters, name) for name in _NAMED}
    fields["order"] = None if filters.order == "probability" else filters.order
    shares = {"from": f"{filters.low * 100:g}" if filters.low > 0 else "", "to": ""}
    shares["to"] = f"{filters.high * 100:g}" if filters.high < 1 else ""
    return {name: "on" if value is True else str(value) for name, value in {**fields, **shares}.items() if value}


def address(filters: Filters, card: str | None = None, back: str | None = None) -> str:
    """The queue with these filters, at a card, having come from another."""
    return link("/queue", **query_of(filters), card=card, back=back)


def active(filters: Filters, names: Mapping[str, str]) -> list[str]:
    """The filters that are set, in words; names: those of entities by their ids."""
    near, answer = (names.get(id_ or "", id_) for id_ in (filters.near, filters.answer))
    said = {
        gettext("relation %(value)s", value=words.relation(filters.relation or "")): filters.relation,
        gettext("kind %(value)s", value=filters.label): filters.label,
        gettext("run %(value)s", value=filters.run): filters.run,
        gettext("about %(value)s", value=near): near,
        gettext("decade %(year)ss", year=filters.decade): filters.decade is not None,
        gettext("answer %(value)s", value=answer): answer,
        _range(filters): filters.low > 0 or filters.high < 1,
        gettext("with a picture"): filters.picture,
        gettext("without a picture"): filters.unpictured,
    }
    return [words for words, is_set in said.items() if is_set]


def _range(filters: Filters) -> str:
    low, high = (f"{share * 100:g}" for share in (filters.low, filters.high))
    return gettext("probability %(low)s to %(high)s %%", low=low, high=high)


def other_value(key: str, seen: str | None) -> str:
    """Another candidate as a form's value: its key and the newest decision about it."""
    return json.dumps([key, seen], ensure_ascii=False)


def ends_of(key: str) -> tuple[str, str, str]:
    """Head, relation and tail of a link's key. Raises BadRequestError where it is none."""
    ends = link_key.ends_of(key)
    if ends is None:
        raise BadRequestError(gettext("%(key)r is not the key of a link.", key=key))
    return ends


def choice(id_: str, key: str, seen: str | None, verdict: str, reason: str | None) -> Choice:
    """A form's wish about the link of a key. Raises BadRequestError where it is none."""
    head, relation, tail = ends_of(key)
    if verdict not in ("accepted", "rejected"):
        raise BadRequestError(
            gettext("The verdict is %(verdict)r; allowed are accepted and rejected.", verdict=verdict)
        )
    said = (reason or "").strip()[:500] or None
    return Choice(id=checked_id(id_), head=head, relation=relation, tail=tail, verdict=verdict, reason=said, seen=seen)


def other_choice(first: str, value: str, verdict: str, reason: str | None = None) -> Choice:
    """The choice about another candidate, its id made from that of the first, so that sending again makes it again."""
    try:
        key, seen = json.loads(value)
    except (ValueError, TypeError) as error:
        raise BadRequestError(gettext("%(value)r is not another candidate.", value=value)) from error
    return choice(str(uuid.uuid5(uuid.UUID(checked_id(first)), key)), key, seen, verdict, reason)


def checked_id(id_: str) -> str:
    """The id in one form. Raises BadRequestError where it is no UUID."""
    try:
        return str(uuid.UUID(id_))
    except ValueError as error:
        raise BadRequestError(gettext("The decision’s id is %(id)r; it must be a UUID.", id=id_)) from error


def pairs(query: str) -> list[tuple[str, str]]:
    """Names and values of a query, such as the filters that a form carries. Raises BadRequestError for too many."""
    try:
        return parse_qsl(query, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        said = gettext("There are more filters than %(most)s.", most=MOST_FIELDS)
        raise BadRequestError(said) from error
