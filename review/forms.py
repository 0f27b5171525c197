"""What forms and addresses of the queue carry: filters, links by their keys, and wishes about them."""

import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from graph import link_key
from graph.curation.decisions import Choice
from graph.page.review_queue import Filters
from review import words
from review.errors import BadRequestError
from review.language import gettext
from review.rendering import link

_NAMED = ("relation", "label", "run", "order", "picture", "unpictured", "near", "answer", "decade")


def filters_of(given: Any) -> Filters:
    """The filters of an address: those of `Filters` under their names, but from and to in percent for low and high.

    Raises BadRequestError that says what is wrong.
    """
    fields = {name: given[name] for name in _NAMED if given.get(name)}
    try:
        shares = {name: float(given[part]) / 100 for name, part in (("low", "from"), ("high", "to")) if given.get(part)}
        return Filters(**fields, **shares)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise BadRequestError(f"{'.'.join(map(str, wrong['loc']))} {wrong['input']!r}: {wrong['msg']}.") from error
    except ValueError as error:
        raise BadRequestError(gettext("The range of probability is in percent: two numbers from 0 to 100.")) from error


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
    """Names and values of a query, such as the filters that a form carries."""
    return parse_qsl(query, max_num_fields=20)
