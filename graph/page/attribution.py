"""Who made a work and when, as far as its facts and properties say so in common words."""

import re
from collections.abc import Mapping, Sequence

from graph.connection import Row

_PEOPLE = re.compile(r"artist|person|people|agent|human|actor|maker|author|creator|constituent", re.IGNORECASE)
_MADE_BY = re.compile(r"(creat|made|paint|drawn|design|attribut)\w*[\s_]?by|artist|author|maker|creator", re.IGNORECASE)
_DATED = re.compile(r"(^|_|[a-z](?=[A-Z]))(date|dated|year|decade|period|inception)s?(_|$|[A-Z])", re.IGNORECASE)


def maker(facts: Sequence[Row]) -> str | None:
    """The names of the people whom facts (maps of relation, name, kind) call the makers; None where none does."""
    said = [f for f in facts if _MADE_BY.search(f["relation"])]
    people = [f["name"] for f in said if _PEOPLE.search(f["kind"])]
    names = list(dict.fromkeys(people or [f["name"] for f in said]))
    return ", ".join(names) or None


def date(properties: Mapping[str, object], facts: Sequence[Row]) -> str | None:
    """The first property that is named like a date, or else the first such fact; None where there is none."""
    values = [value for name, value in sorted(properties.items()) if _DATED.search(name) and value not in (None, "")]
    values += [f["name"] for f in facts if _DATED.search(f["relation"])]
    return str(values[0]) if values else None
