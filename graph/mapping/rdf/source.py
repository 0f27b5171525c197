"""[[rdf]]: RDF of any syntax; things of a class are entities, SPARQL property paths are relations and columns."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pydantic import Field, model_validator

from base.errors import InputError, shorten
from graph.mapping.files.parts import find_documents
from graph.mapping.rdf.files import FORMATS, find_format, read_quads
from graph.mapping.rdf.json_ld import load_contexts
from graph.mapping.rdf.languages import Languages
from graph.mapping.rdf.lines import EntityLines, RelationLines, apply_preset, as_list, bracket, select, select_members
from graph.mapping.rdf.reading import Reading, expand
from graph.mapping.rdf.store import ask, check_pattern, check_query, open_store
from graph.mapping.source_kind import Chunk, SourceKind, Tally

CLASSES = "SELECT ?class (COUNT(*) AS ?count) WHERE { ?this a ?class } GROUP BY ?class ORDER BY DESC(?count) LIMIT 8"
ABSOLUTE = re.compile(r"[A-Za-z][\w+.-]*:")


class Rdf(SourceKind):
    """file: patterns of files in the folder. format: their syntax, where their endings do not tell it.

    base: what relative IRIs begin with. contexts: JSON-LD contexts, address -> file in the folder. graphs: the named
    graphs to read; none: all. language: in which order labels are taken; "" has no language, "*" is any. languages:
    what an IRI that names a language is called, for patterns with ?language.
    """

    file: str | list[str]
    format: str | None = None
    preset: str | None = None
    base: str | None = None
    contexts: dict[str, str] = Field(default_factory=dict)
    graphs: list[str] = Field(default_factory=list)
    language: list[str] = Field(["en", "", "*"])
    languages: dict[str, str] = Field(default_factory=dict)
    prefixes: dict[str, str] = Field(default_factory=dict)
    entity: dict[str, EntityLines] = Field(default_factory=dict)
    relation: dict[str, RelationLines] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, written: Any) -> Any:
        return apply_preset(written) if isinstance(written, dict) else written

    @model_validator(mode="after")
    def _check(self) -> "Rdf":
        if self.format is not None and self.format not in FORMATS:
            raise ValueError(f"format is {self.format!r}; allowed are {', '.join(FORMATS)}")
        if not any(lines.classes or lines.where for lines in self.entity.values()):
            raise ValueError(
                "nothing says what the entities are: give [rdf.entity.LABEL] a class or a where, or a preset"
            )
        for label, lines in self.entity.items():
            for pattern in (*lines.classes, lines.type, lines.where or ""):
                self._check_pattern(f"entity.{label}", pattern)
            if lines.classes or lines.where:
                self._check_pattern(f"entity.{label}", lines.where or "", select_members(lines))
            for column, paths in lines.columns.items():
                for path in paths:
                    self._check_pattern(f"entity.{label}.{column}", path, select(path))
        for name, line in self.relation.items():
            if line.from_ is not None and line.from_ not in self.entity:
                raise ValueError(f"relation.{name}: from = {line.from_!r}; the entities are {', '.join(self.entity)}")
            for path in line.paths:
                self._check_pattern(f"relation.{name}", path, select(path))
        return self

    def _check_pattern(self, where: str, pattern: str, query: str | None = None) -> None:
        try:
            check_pattern(bracket(pattern), self.prefixes)
            if query is not None:
                check_query(query, self.prefixes)
        except ValueError as error:
            raise ValueError(f"{where} = {pattern!r}: {error}") from error

    def find_files(self, folder: Path) -> list[tuple[Path, str]]:
        """The files, and for each the ending that tells its syntax. Raises InputError where there is none."""
        found = []
        for path in find_documents(folder, self.file, {f".{ending}" for ending in FORMATS}):
            ending = self.format or find_format(path)
            if ending is None:
                raise InputError(f"{path}: its name does not tell its syntax; say format = one of {', '.join(FORMATS)}")
            found.append((path, ending))
        return found

    def read(self, folder: Path, tally: Tally) -> Iterator[Chunk]:
        """All entities, then all facts."""
        quads = read_quads(self.find_files(folder), base=self.base, contexts=load_contexts(folder, self.contexts))
        names = {expand(name, self.prefixes): called for name, called in self.languages.items()}
        with open_store(quads, self.graphs, tally.scratch) as store:
            reading = Reading(store, self.prefixes, self.entity, Languages(self.language, names), tally)
            reading.find_members()
            if not reading.labels:
                self._refuse_nothing(store)
            empty = [name for name, line in self.relation.items() if not reading.find_facts(name, line)]
            reading.find_values()
        self._tell_empty(reading, empty, tally)
        reading.take_unsaid_out()
        reading.take_nobody_out()
        if relative := [id_ for id_ in reading.labels if not ABSOLUTE.match(id_)]:
            tally.notes.append(f"ids are relative IRIs, and no base completes them: {shorten(relative)}")
        yield from reading.chunks()

    def _refuse_nothing(self, store: ox.Store) -> None:
        wanted = [name for lines in self.entity.values() for name in lines.classes]
        there = [f"<{row[0].value}> ({row[1].value})" for row in ask(store, CLASSES, {})]
        raise InputError(
            f"{', '.join(as_list(self.file))}: nothing is of the classes {', '.join(wanted)}; the most frequent ones "
            f"there: {', '.join(there) or 'none, there is no rdf:type'}"
        )

    def _tell_empty(self, reading: Reading, relations: list[str], tally: Tally) -> None:
        labels = [label for label in self.entity if label not in set(reading.labels.values())]
        if labels or relations:
            tally.notes.append(f"nothing in the files for {', '.join([*labels, *relations])}")
