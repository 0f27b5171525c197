"""One LIDO record: its elements by path, and of what is said in several languages the best one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from graph.mapping.files.xml_text import read_text
from graph.mapping.rdf.languages import Languages, Rank

LIDO = "http://www.lido-schema.org"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
WEB = ("http://", "https://")
# The part of a record that exists once a language.
DESCRIPTION = "descriptiveMetadata"
# What LIDO 1.1 may have in place of conceptID and term: a concept of SKOS.
CONCEPT, LABEL = "Concept", "Concept/prefLabel"
TERMS = "http://terminology.lido-schema.org/"
PREFERRED = ("preferred", f"{TERMS}lido00169")


@dataclass(frozen=True)
class Named:
    """Somebody or something that a record names: what it is called, the IRI that identifies it, and its element."""

    name: str
    iri: str | None
    element: etree._Element


@dataclass(frozen=True)
class Record:
    """A `lido` element; paths are local names parted by slashes, from the description in the best language.

    only: of several descriptions the one that is read.
    """

    element: etree._Element
    languages: Languages
    only: etree._Element | None = None

    def parts(self) -> list["Record"]:
        """The record with each of its descriptions alone, the one in the best language first."""
        return [replace(self, only=one) for one in self.descriptions()]

    def descriptions(self) -> list[etree._Element]:
        """The descriptions, the one in the best language first."""
        found = find(self.element, DESCRIPTION) if self.only is None else [self.only]
        return sorted(found, key=lambda one: self._rank(language_of(one)))

    def described(self, path: str) -> list[etree._Element]:
        """What stands at a path of the best description that has it."""
        return next((found for one in self.descriptions() if (found := find(one, path))), [])

    def best(self, elements: list[etree._Element]) -> str | None:
        """The text in the best language, preferred names before others; None where there is no text."""
        filled = [(self._order(one), at, text) for at, one in enumerate(elements) if (text := text_of(one))]
        return min(filled)[2] if filled else None

    def other_names(self, path: str, chosen: str | None) -> Iterator[tuple[str, str]]:
        """(language, text) of the languages of the order, as it writes them, in which the chosen one is not said."""
        named = [one for description in self.descriptions() for one in sorted(find(description, path), key=self._order)]
        said = [(self.languages.listed(language_of(one)), text_of(one)) for one in named]
        taken = {language for language, text in said if text == chosen}
        yield from ((language, text) for language, text in said if language and text and language not in taken)

    def name(self, element: etree._Element, paths: str, identifier: str) -> Named | None:
        """What an element names: the text of the first of the paths that has one, and its IRI if an id is one."""
        for path in (*paths.split("|"), LABEL):
            if text := self.best(find(element, path)):
                ids = [*(text_of(one) for one in find(element, identifier)), *_about(element)]
                return Named(text, next((id_ for id_ in ids if id_.startswith(WEB)), None), element)
        return None

    def _order(self, element: etree._Element) -> tuple[int, Rank, int]:
        searched = attribute(element, "addedSearchTerm") == "yes"
        preferred = attribute(element, "pref") in PREFERRED
        return int(searched), self._rank(language_of(element)), int(not preferred)

    def _rank(self, language: str) -> Rank:
        return self.languages.rank(language) or (len(self.languages.order) + 1, 0)


def find(element: etree._Element, path: str) -> list[etree._Element]:
    """The elements at a path of local names below an element, in any namespace."""
    return list(element.findall("/".join(f"{{*}}{name}" for name in path.split("/"))))


def words_of(element: etree._Element, name: str) -> list[str]:
    """What a child that is a concept is called, in all languages, and the ids that it has."""
    texts = [text_of(one) for path in ("term", LABEL, "conceptID") for one in find(element, f"{name}/{path}")]
    return [*texts, *(iri for one in find(element, name) for iri in _about(one))]


def _about(element: etree._Element) -> list[str]:
    return [str(iri) for one in find(element, CONCEPT) if (iri := one.get(f"{{{RDF}}}about"))]


def attribute(element: etree._Element, name: str) -> str:
    """An attribute, with LIDO's prefix or without; empty where it is missing."""
    return str(element.get(f"{{{LIDO}}}{name}") or element.get(name) or "")


def text_of(element: etree._Element) -> str:
    """An element's whole text, its blanks folded."""
    return read_text(element)


def language_of(element: etree._Element) -> str:
    """The nearest xml:lang, of the element or of what it stands in; empty where there is none."""
    while element is not None:
        if (language := element.get(XML_LANGUAGE)) is not None:
            return str(language).lower()
        element = element.getparent()
    return ""
