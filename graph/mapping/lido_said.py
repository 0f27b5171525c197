"""What one description of a LIDO record says of its work: columns, facts, and what is no fact."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from graph.mapping.cells import make_id
from graph.mapping.lido_lines import EVENTS, Event, LidoLines
from graph.mapping.lido_record import Named, Record, attribute, find, text_of

# What a fact answers: its head, its relation and, where several paths lead to one relation, which.
Asked = tuple[str, str, str]


@dataclass
class Said:
    """record: with this description alone. row: the work's columns. entities: rows of what it names. facts: (head,
    relation, path), tail. left: (head, relation, path), why and place of what is no fact. events: how many. unnamed:
    types of those that no line names. related: relation and ids of other works.
    """

    spec: LidoLines
    record: Record
    work: str
    row: dict[str, Any] = field(default_factory=dict)
    entities: list[dict[str, Any]] = field(default_factory=list)
    facts: list[tuple[Asked, str]] = field(default_factory=list)
    left: list[tuple[Asked, str, str]] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    events: int = 0
    related: list[tuple[str, list[str]]] = field(default_factory=list)

    def read(self) -> "Said":
        """All of it. Returns itself."""
        for path, relation, label, named in read_relations(self.record):
            self._link(self.work, relation, label, named, self.row, path)
        self._add_materials()
        for element in self.record.described("eventWrap/eventSet/event"):
            self._add_event(element)
        self._add_related()
        return self

    def _link(
        self, head: str, relation: str, label: str, named: Named, row: dict[str, Any], path: str = ""
    ) -> str | None:
        """A fact and its tail; where the name says that nobody is known, what was said. Returns the tail's id."""
        if self.spec.unless and re.search(self.spec.unless, named.name):
            self.left.append(((head, relation, path), "it says that nobody is known", f"{head}: {named.name!r}"))
            said = row.get(f"{relation}_said")
            row[f"{relation}_said"] = f"{said}; {named.name}" if said else named.name
            return None
        tail = named.iri or make_id(label, named.name)
        self.entities.append({"id": tail, "label": label, "name": named.name, "url": named.iri})
        self.facts.append(((head, relation, path), tail))
        return tail

    def _add_event(self, element: etree._Element) -> None:
        self.events += 1
        types = [text_of(one) for name in ("term", "conceptID") for one in find(element, f"eventType/{name}")]
        events = {**EVENTS, **self.spec.event}.values()
        event = next((e for e in events if {t.lower() for t in e.types} & {t.lower() for t in types}), None)
        if event is None:
            self.unnamed.append(types[0] if types else "without a type")
            return
        if event.dated and (date := self.record.best(find(element, "eventDate/displayDate")) or years(element)):
            self.row.setdefault(event.dated, date)
        if event.culture:
            for one in find(element, "culture"):
                if named := self.record.name(one, "term", "conceptID"):
                    self._link(self.work, event.culture, "Culture", named, self.row)
        for one in find(element, "eventActor/actorInRole"):
            self._add_actor(one, event)
        for one in find(element, "eventPlace/place") if event.place else []:
            self._add_place(self.work, event.place or "", one, self.row)

    def _add_actor(self, element: etree._Element, event: Event) -> None:
        actor = find(element, "actor")
        named = self.record.name(actor[0], "nameActorSet/appellationValue", "actorID") if actor else None
        roles = {text_of(one) for one in find(element, "roleActor/term")}
        relation = next((self.spec.roles[role] for role in sorted(roles & self.spec.roles.keys())), event.actor)
        if named is None or relation is None:
            return
        qualifier = self.record.best(find(element, "attributionQualifierActor"))
        if qualifier and relation == event.actor:
            self.left.append(((self.work, relation, ""), "it is qualified", f"{self.work}: {qualifier} {named.name!r}"))
            self.row[f"{relation}_said"] = f"{qualifier} {named.name}"
            return
        if (tail := self._link(self.work, relation, "Actor", named, self.row)) is None:
            return
        person = self.entities[-1]
        for column, name in (("born", "earliestDate"), ("died", "latestDate")):
            person[column] = self.record.best(find(actor[0], f"vitalDatesActor/{name}"))
        for one in find(actor[0], "nationalityActor"):
            if nation := self.record.name(one, "term", "conceptID"):
                self._link(tail, "hasNationality", "Nationality", nation, person)

    def _add_place(self, head: str, relation: str, element: etree._Element, row: dict[str, Any]) -> None:
        """A place, and the larger ones that it is part of."""
        named = self.record.name(element, "namePlaceSet/appellationValue", "placeID")
        if named is not None and (tail := self._link(head, relation, "Place", named, row)) is not None:
            for larger in find(element, "partOfPlace"):
                self._add_place(tail, "within", larger, self.entities[-1])

    def _add_materials(self) -> None:
        for wrap in ("eventWrap/eventSet/event/eventMaterialsTech", "objectMaterialsTechWrap/objectMaterialsTechSet"):
            terms = self.record.described(f"{wrap}/materialsTech/termMaterialsTech")
            for one in terms:
                if named := self.record.name(one, "term", "conceptID"):
                    relation, label = _technique(attribute(one, "type"))
                    self._link(self.work, relation, label, named, self.row)
            for one in [] if terms else self.record.described(f"{wrap}/displayMaterialsTech"):
                kind = attribute(one, "label") or attribute(one, "type")
                if not kind:
                    self.row.setdefault("materials", text_of(one))
                    continue
                relation, label = _technique(kind)
                for part in filter(None, re.split(self.spec.split, text_of(one))):
                    self._link(self.work, relation, label, Named(part, None, one), self.row)

    def _add_related(self) -> None:
        for one in self.record.described("objectRelationWrap/relatedWorksWrap/relatedWorkSet"):
            kind = (self.record.best(find(one, "relatedWorkRelType/term")) or "related to").split()
            relation = kind[0].lower() + "".join(word.capitalize() for word in kind[1:])
            ids = [text_of(id_) for id_ in find(one, "relatedWork/object/objectID")]
            if ids:
                self.related.append((relation, ids))


def read_relations(record: Record) -> Iterator[tuple[str, str, str, Named]]:
    """(path, relation, label of the tail, tail) of what a work is, where it is kept and what it shows."""
    classes = "objectClassificationWrap"
    subject = "objectRelationWrap/subjectWrap/subjectSet/subject"
    repository = "objectIdentificationWrap/repositoryWrap/repositorySet"
    for relation, label, path, names, identifier in (
        ("hasType", "Type", f"{classes}/objectWorkTypeWrap/objectWorkType", "term", "conceptID"),
        ("hasClassification", "Classification", f"{classes}/classificationWrap/classification", "term", "conceptID"),
        ("depicts", "Subject", f"{subject}/subjectConcept", "term", "conceptID"),
        ("portrays", "Actor", f"{subject}/subjectActor/actor", "nameActorSet/appellationValue", "actorID"),
        ("depicts", "Subject", f"{subject}/subjectPlace/place", "namePlaceSet/appellationValue", "placeID"),
        ("keptBy", "Museum", f"{repository}/repositoryName", "legalBodyName/appellationValue", "legalBodyID"),
        ("locatedAt", "Place", f"{repository}/repositoryLocation", "namePlaceSet/appellationValue", "placeID"),
    ):
        for element in record.described(path):
            # What Europeana calls a type is IMAGE, SOUND, TEXT: the kind of file.
            if attribute(element, "type") != "europeana:type" and (named := record.name(element, names, identifier)):
                yield path, relation, label, named


def years(event: etree._Element) -> str | None:
    """An event's earliest and latest date, where they are not put in words."""
    dates = [text for name in ("earliestDate", "latestDate") for one in find(event, f"eventDate/date/{name}")
             if (text := text_of(one))]  # fmt: skip
    return "–".join(dict.fromkeys(dates)) or None


def _technique(kind: str) -> tuple[str, str]:
    return ("hasTechnique", "Technique") if "techn" in kind.lower() else ("hasMaterial", "Material")
