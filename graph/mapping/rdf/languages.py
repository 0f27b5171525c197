"""In which order languages are taken, and what of later ones is a fact of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from graph.mapping.rdf.store import Term

# Where a language stands in the order, and 1 where it only belongs to one that does, as en-GB to en.
Rank = tuple[int, int]
MAY_TRANSLATE = "it is said in a later language and may translate what is taken"


@dataclass(frozen=True)
class Languages:
    """order: the languages in the order in which they are taken, capitals all one (RFC 5646); "" has none, "*" is any.

    names: what an IRI of a language is called.
    """

    order: list[str]
    names: Mapping[str, str] = field(default_factory=dict)

    def of(self, value: Term, said: Term | None = None) -> str:
        """The tag of a literal, or the name of the language that is said of it."""
        if isinstance(said, ox.NamedNode):
            return self.names.get(said.value, said.value)
        return (value.language or "") if isinstance(value, ox.Literal) else ""

    def rank(self, language: str) -> Rank | None:
        """Its place in the order; None where it has none. Where the order is silent, no language comes last."""
        tag = language.lower()
        for place, wanted in enumerate(self._tags):
            if tag == wanted:
                return place, 0
            if wanted == "*" or (wanted and tag.startswith(f"{wanted}-") and tag not in self._tags):
                return place, 1
        return None if tag else (len(self.order), 0)

    def listed(self, language: str) -> str | None:
        """The language of the order that it is or belongs to, as the order writes it; None where none names it."""
        place = (self.rank(language) or (len(self.order), 0))[0]
        named = self.order[place] if place < len(self.order) else "*"
        return None if named in ("", "*") else named

    @cached_property
    def _tags(self) -> list[str]:
        return [tag.lower() for tag in self.order]


def take_said(by_place: Mapping[int, set[str]]) -> tuple[set[str], set[str]]:
    """What is taken and what is left out of one relation's ends, by their language's place in the order.

    The first language's are taken. A later one's are taken too where it says all of these and more, which then are no
    translations.
    """
    first, *later = [by_place[place] for place in sorted(by_place)]
    taken = first.union(*(said for said in later if first <= said))
    return taken, set().union(*later) - taken
