"""What one description of a LIDO record says of its work: columns, facts, and what is no fact."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from graph.mapping.lido.lines import EVENTS, Event, LidoLines
from graph.mapping.lido.record import TERMS, Named, Record, attribute, find, text_of, words_of
from graph.mapping.table.cells import make_id

SUBJECTS = "objectRelationWrap/subjectWrap/subjectSet"
REPOSITORIES = "objectIdentificationWrap/repositoryWrap/repositorySet"

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
        for subjects in self.record.described(SUBJECTS):
            if not find(subjects, "subject/*"):
                self._keep_words("depicts", find(subjects, "displaySubject"), SUBJECTS)
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
        types = words_of(element, "eventType")
        events = {**EVENTS, **self.spec.event}.values()
        event = next((e for e in events if {t.lower() for t in e.types} & {t.lower() for t in types}), None)
        if event is None:
            self.unnamed.append(types[0] if types else "without a type")
            return
        if event.dated and (date := self.record.best(find(element, "eventDate/displayDate")) or years(element)):
            self._keep(event.dated, date)
        for one in find(element, "periodName") if event.dated else []:
            if period := self.record.name(one, "term", "conceptID"):
                self._keep("period", period.name)
        if event.culture:
            for one in find(element, "culture"):
                if named := self.record.name(one, "term", "conceptID"):
                    self._link(self.work, event.culture, "Culture", named, self.row)
        for one in find(element, "eventActor"):
            for actor in find(one, "actorInRole"):
                self._add_actor(actor, event)
            if event.actor and not find(one, "actorInRole/actor/nameActorSet/appellationValue"):
                self._keep_words(event.actor, find(one, "displayActorInRole"))
        for one in find(element, "eventPlace") if event.place else []:
            for place in find(one, "place"):
                self._add_place(self.work, event.place or "", place, self.row)
            if not find(one, "place/namePlaceSet/appellationValue"):
                self._keep_words(event.place or "", find(one, "displayPlace"))

    def _keep(self, column: str, text: str) -> None:
        """A property of the work: the first value; another one is counted."""
        if self.row.setdefault(column, text) != text:
            self.left.append(((self.work, column, ""), "an earlier event says otherwise", f"{self.work}: {text!r}"))

    def _keep_words(self, relation: str, elements: list[etree._Element], path: str = "") -> None:
        """What is told in words and named nowhere is no entity: the work keeps it as what was said."""
        if text := self.record.best(elements):
            self.left.append(((self.work, relation, path), "it is told in words alone", f"{self.work}: {text!r}"))
            said = self.row.get(f"{relation}_said")
            self.row[f"{relation}_said"] = f"{said}; {text}" if said else text

    def _add_actor(self, element: etree._Element, event: Event) -> None:
        actor = find(element, "actor")
        named = self.record.name(actor[0], "nameActorSet/appellationValue", "actorID") if actor else None
        roles = {*words_of(element, "roleActor")}
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
            types = [self.record.name(kind, "term", "conceptID") for kind in find(one, "relatedWorkRelType")]
            kind = next((named.name for named in types if named), "related to").split()
            relation = kind[0].lower() + "".join(word.capitalize() for word in kind[1:])
            ids = [text_of(id_) for id_ in find(one, "relatedWork/object/objectID")]
            if ids:
                self.related.append((relation, ids))


def read_relations(record: Record) -> Iterator[tuple[str, str, str, Named]]:
    """(path, relation, label of the tail, tail) of what a work is, where it is kept and what it shows."""
    classes = "objectClassificationWrap"
    subject = f"{SUBJECTS}/subject"
    for relation, label, path, names, identifier in (
        ("hasType", "Type", f"{classes}/objectWorkTypeWrap/objectWorkType", "term", "conceptID"),
        ("hasClassification", "Classification", f"{classes}/classificationWrap/classification", "term", "conceptID"),
        ("depicts", "Subject", f"{subject}/subjectConcept", "term", "conceptID"),
        ("portrays", "Actor", f"{subject}/subjectActor/actor", "nameActorSet/appellationValue", "actorID"),
        ("depicts", "Subject", f"{subject}/subjectPlace/place", "namePlaceSet/appellationValue", "placeID"),
        ("depicts", "Subject", f"{subject}/subjectEvent/event", "eventName/appellationValue", "eventID"),
        ("depicts", "Subject", f"{subject}/subjectObject/object", "objectNote", "objectID"),
    ):
        for element in record.described(path):
            # What Europeana calls a type is IMAGE, SOUND, TEXT: the kind of file.
            if attribute(element, "type") != "europeana:type" and (named := record.name(element, names, identifier)):
                yield path, relation, label, named
    for element in record.described(REPOSITORIES):
        kept, located = ("formerlyKeptBy", "formerlyLocatedAt") if is_former(element) else ("keptBy", "locatedAt")
        for relation, label, path, names, identifier in (
            (kept, "Museum", "repositoryName", "legalBodyName/appellationValue", "legalBodyID"),
            (located, "Place", "repositoryLocation", "namePlaceSet/appellationValue", "placeID"),
        ):
            for one in find(element, path):
                if named := record.name(one, names, identifier):
                    yield f"{REPOSITORIES}/{path}", relation, label, named


def is_former(repository: etree._Element) -> bool:
    """Whether a work was kept there once, and is no more."""
    kind = attribute(repository, "type")
    return "former" in kind.lower() or kind == f"{TERMS}lido00476"


def years(event: etree._Element) -> str | None:
    """An event's earliest and latest date, where they are not put in words."""
    dates = [text for name in ("earliestDate", "latestDate") for one in find(event, f"eventDate/date/{name}")
             if (text := text_of(one))]  # fmt: skip
    return "–".join(dict.fromkeys(dates)) or None


def _technique(kind: str) -> tuple[str, str]:
    technique = "techn" in kind.lower() or kind == f"{TERMS}lido00131"
    return ("hasTechnique", "Technique") if technique else ("hasMaterial", "Material")
