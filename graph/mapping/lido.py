"""[[lido]]: LIDO, record by record; its wraps are the columns and relations that a registrar would name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from lxml import etree
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from base.errors import InputError
from graph.loading.nobody import NOBODY
from graph.mapping.cells import make_id
from graph.mapping.found_files import find_files
from graph.mapping.languages import Languages
from graph.mapping.lido_record import Named, Record, attribute, find, text_of
from graph.mapping.rdf_files import open_packed
from graph.mapping.source_kind import Chunk, SourceKind, Tally

RECORDS = 5_000


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}") from error
    return pattern


class Event(BaseModel):
    """[lido.event.NAME]: what an event of these types says of the work, by the relation that it becomes.

    types: of eventType, terms in any language or IRIs, capitals all one. dated: the property of its date.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: list[str]
    actor: str | None = None
    place: str | None = None
    culture: str | None = None
    dated: str | None = None


MADE = ["production", "creation", "creating", "making", "design", "designing", "herstellung", "entstehung", "entwurf",
        "ausführung", "vervaardiging", "création", "producere", "http://terminology.lido-schema.org/lido00007",
        "http://terminology.lido-schema.org/lido00012", "http://terminology.lido-schema.org/lido00224"]  # fmt: skip
FOUND = ["finding", "excavation", "fund", "auffindung", "vondst", "découverte", "descoperire",
         "http://terminology.lido-schema.org/lido00002"]  # fmt: skip
EVENTS = {
    "made": Event(types=MADE, actor="createdBy", place="madeAt", culture="fromCulture", dated="dated"),
    "found": Event(types=FOUND, actor="foundBy", place="foundAt", dated="found"),
}


class Lido(SourceKind):
    """file: patterns of files. language: in which order languages are taken; "*" is any. label: of the records.

    unless: names that say that nobody is known. roles: an actor's role, in any language -> the relation, where it is
    not the event's. event: further events, or others in place of `made` and `found`. split: what parts materials that
    stand in one text.
    """

    file: str | list[str]
    language: list[str] = Field(["en", "", "*"])
    label: str = "Artwork"
    unless: Annotated[str, AfterValidator(_compiles)] = NOBODY
    roles: dict[str, str] = Field(default_factory=dict)
    event: dict[str, Event] = Field(default_factory=dict)
    split: Annotated[str, AfterValidator(_compiles)] = r"\s*;\s*"

    def read(self, folder: Path, tally: Tally) -> Iterator[Chunk]:
        """All records, then what they say of each other."""
        reading = LidoReading(self, tally, Languages([*self.language]))
        for path in find_files(folder, self.file):
            for element in read_records(path):
                reading.add(Record(element, reading.languages), path)
                if len(reading.entities) >= RECORDS:
                    yield reading.take()
        reading.relate()
        yield reading.take()


def read_records(path: Path) -> Iterator[etree._Element]:
    """The `lido` elements of a file, one after another. Raises InputError with the line of what is no XML."""
    some = False
    with open_packed(path) as file:
        try:
            for _, element in etree.iterparse(file, tag="{*}lido", resolve_entities="internal", no_network=True):
                some = True
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise InputError(f"{path}, line {error.lineno}: {error.msg}") from error
    if not some:
        raise InputError(f"{path} has no lido element; [[lido]] is for files of LIDO (http://www.lido-schema.org)")


@dataclass
class LidoReading:
    """What records have said so far: rows of entities and facts, and which id each of a record's ids stands for."""

    spec: Lido
    tally: Tally
    languages: Languages
    entities: list[dict[str, Any]] = field(default_factory=list)
    facts: list[tuple[str, str, str]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    related: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def take(self) -> Chunk:
        """The rows since the last time."""
        chunk = Chunk(
            pd.DataFrame(self.entities or [{"id": None, "label": None}]).iloc[: len(self.entities)],
            pd.DataFrame(self.facts, columns=["head", "relation", "tail"], dtype="str"),
        )
        self.entities, self.facts = [], []
        return chunk

    def add(self, record: Record, path: Path) -> None:
        """One record: the work's row, and a row and a fact for each that it names."""
        ids = [text_of(one) for one in [*find(record.element, "objectPublishedID"), *find(record.element, "lidoRecID")]]
        ids = [id_ for id_ in ids if id_]
        if not ids:
            place = f"{path.name}, line {record.element.sourceline}"
            self.tally.leave_out(self.spec.label, "the record has no lidoRecID", place)
            return
        iri = next((id_ for id_ in ids if id_.startswith(("http://", "https://"))), None)
        own = next(filter(None, map(text_of, find(record.element, "lidoRecID"))), ids[0])
        work = iri or make_id(self.spec.label, own)
        administration = "administrativeMetadata/recordWrap"
        inner = find(record.element, f"{administration}/recordID")
        inner += find(record.element, f"{administration}/recordInfoSet/recordInfoID")
        for alias in [*ids, *map(text_of, inner)]:
            self.aliases.setdefault(alias, work)
        row = {"id": work, "label": self.spec.label, **read_columns(record)}
        self.entities.append(row)
        for relation, label, named in read_relations(record):
            self._link(work, relation, label, named, row)
        self._add_materials(record, work, row)
        for element in record.described("eventWrap/eventSet/event"):
            self._add_event(record, work, element, row)
        self._add_related(record, work)

    def relate(self) -> None:
        """Facts between records, once all are known; of works elsewhere nothing is said."""
        for work, relation, ids in self.related:
            tail = next((self.aliases[id_] for id_ in ids if id_ in self.aliases), None)
            if tail is None:
                self.tally.leave_out(relation, "the related work is not among the records", f"{work}: {ids[:1]}")
            else:
                self.facts.append((work, relation, tail))

    def _link(self, head: str, relation: str, label: str, named: Named, row: dict[str, Any]) -> str | None:
        """A fact and its tail; where the name says that nobody is known, what was said. Returns the tail's id."""
        if self.spec.unless and re.search(self.spec.unless, named.name):
            self.tally.leave_out(relation, "it says that nobody is known", f"{head}: {named.name!r}")
            said = row.get(f"{relation}_said")
            row[f"{relation}_said"] = f"{said}; {named.name}" if said else named.name
            return None
        tail = named.iri or make_id(label, named.name)
        self.entities.append({"id": tail, "label": label, "name": named.name, "url": named.iri})
        self.facts.append((head, relation, tail))
        return tail

    def _add_event(self, record: Record, work: str, element: etree._Element, row: dict[str, Any]) -> None:
        types = [text_of(one) for name in ("term", "conceptID") for one in find(element, f"eventType/{name}")]
        events = {**EVENTS, **self.spec.event}.values()
        event = next((e for e in events if {t.lower() for t in e.types} & {t.lower() for t in types}), None)
        if event is None:
            self.tally.leave_out(f"event {types[0] if types else 'without a type'}", "[lido.event] names no such type")
            return
        if event.dated and (date := record.best(find(element, "eventDate/displayDate")) or years(element)):
            row.setdefault(event.dated, date)
        if event.culture:
            for one in find(element, "culture"):
                if named := record.name(one, "term", "conceptID"):
                    self._link(work, event.culture, "Culture", named, row)
        for one in find(element, "eventActor/actorInRole"):
            self._add_actor(record, work, one, event, row)
        for one in find(element, "eventPlace/place") if event.place else []:
            self._add_place(record, work, event.place or "", one, row)

    def _add_actor(self, record: Record, work: str, element: etree._Element, event: Event, row: dict[str, Any]) -> None:
        actor = find(element, "actor")
        named = record.name(actor[0], "nameActorSet/appellationValue", "actorID") if actor else None
        roles = {text_of(one) for one in find(element, "roleActor/term")}
        relation = next((self.spec.roles[role] for role in sorted(roles & self.spec.roles.keys())), event.actor)
        if named is None or relation is None:
            return
        qualifier = record.best(find(element, "attributionQualifierActor"))
        if qualifier and relation == event.actor:
            self.tally.leave_out(relation, "it is qualified", f"{work}: {qualifier} {named.name!r}")
            row[f"{relation}_said"] = f"{qualifier} {named.name}"
            return
        if (tail := self._link(work, relation, "Actor", named, row)) is None:
            return
        person = self.entities[-1]
        for column, name in (("born", "earliestDate"), ("died", "latestDate")):
            person[column] = record.best(find(actor[0], f"vitalDatesActor/{name}"))
        for one in find(actor[0], "nationalityActor"):
            if nation := record.name(one, "term", "conceptID"):
                self._link(tail, "hasNationality", "Nationality", nation, person)

    def _add_place(
        self, record: Record, head: str, relation: str, element: etree._Element, row: dict[str, Any]
    ) -> None:
        """A place, and the larger ones that it is part of."""
        named = record.name(element, "namePlaceSet/appellationValue", "placeID")
        if named is not None and (tail := self._link(head, relation, "Place", named, row)) is not None:
            for larger in find(element, "partOfPlace"):
                self._add_place(record, tail, "within", larger, self.entities[-1])

    def _add_materials(self, record: Record, work: str, row: dict[str, Any]) -> None:
        for wrap in ("eventWrap/eventSet/event/eventMaterialsTech", "objectMaterialsTechWrap/objectMaterialsTechSet"):
            terms = record.described(f"{wrap}/materialsTech/termMaterialsTech")
            for one in terms:
                if named := record.name(one, "term", "conceptID"):
                    relation, label = _technique(attribute(one, "type"))
                    self._link(work, relation, label, named, row)
            for one in [] if terms else record.described(f"{wrap}/displayMaterialsTech"):
                kind = attribute(one, "label") or attribute(one, "type")
                if not kind:
                    row.setdefault("materials", text_of(one))
                    continue
                relation, label = _technique(kind)
                for part in filter(None, re.split(self.spec.split, text_of(one))):
                    self._link(work, relation, label, Named(part, None, one), row)

    def _add_related(self, record: Record, work: str) -> None:
        for one in record.described("objectRelationWrap/relatedWorksWrap/relatedWorkSet"):
            kind = (record.best(find(one, "relatedWorkRelType/term")) or "related to").split()
            relation = kind[0].lower() + "".join(word.capitalize() for word in kind[1:])
            ids = [text_of(id_) for id_ in find(one, "relatedWork/object/objectID")]
            if ids:
                self.related.append((work, relation, ids))


def read_columns(record: Record) -> dict[str, str | None]:
    """The columns of a work: names, text, picture, address, rights, and what registrars look for."""
    identification = "objectIdentificationWrap"
    title = f"{identification}/titleWrap/titleSet/appellationValue"
    name = record.best(record.described(title))
    notes = record.described(f"{identification}/objectDescriptionWrap/objectDescriptionSet/descriptiveNoteValue")
    resources = find(record.element, "administrativeMetadata/resourceWrap/resourceSet")
    pictures = [one for resource in resources for one in find(resource, "resourceRepresentation")]
    pictures.sort(key=lambda one: ("thumb" in attribute(one, "type"), "master" not in attribute(one, "type")))
    links = [text for one in pictures for link in find(one, "linkResource") if (text := text_of(link))]
    rights = [one for r in resources for path in ("rightsType/term", "rightsType/conceptID", "creditLine")
              for one in find(r, f"rightsResource/{path}")]  # fmt: skip
    columns = {
        "name": name,
        "text": "\n".join(dict.fromkeys(filter(None, map(text_of, notes)))) or None,
        "image": links[0] if links else None,
        "url": record.best(find(record.element, "administrativeMetadata/recordWrap/recordInfoSet/recordInfoLink")),
        "rights": record.best(rights),
        "number": record.best(record.described(f"{identification}/repositoryWrap/repositorySet/workID")),
        "measurements": "; ".join(map(text_of, record.described(
            f"{identification}/objectMeasurementsWrap/objectMeasurementsSet/displayObjectMeasurements"))) or None,
    }  # fmt: skip
    for language, text in record.other_names(title, name):
        columns.setdefault(f"name_{language}", text)
    return columns


def read_relations(record: Record) -> Iterator[tuple[str, str, Named]]:
    """(relation, label of the tail, tail) of what a work is, where it is kept and what it shows."""
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
                yield relation, label, named


def years(event: etree._Element) -> str | None:
    """An event's earliest and latest date, where they are not put in words."""
    dates = [text for name in ("earliestDate", "latestDate") for one in find(event, f"eventDate/date/{name}")
             if (text := text_of(one))]  # fmt: skip
    return "–".join(dict.fromkeys(dates)) or None


def _technique(kind: str) -> tuple[str, str]:
    return ("hasTechnique", "Technique") if "techn" in kind.lower() else ("hasMaterial", "Material")
