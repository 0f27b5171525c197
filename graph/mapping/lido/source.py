"""[[lido]]: LIDO, record by record; its wraps are the columns and relations that a registrar would name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from base.errors import InputError, shorten
from graph.mapping.files.parts import find_documents
from graph.mapping.lido.lines import LidoLines
from graph.mapping.lido.record import Record, attribute, find, text_of
from graph.mapping.lido.said import REPOSITORIES, Said, is_former
from graph.mapping.lido.united import unite
from graph.mapping.rdf.files import open_packed
from graph.mapping.rdf.languages import Languages
from graph.mapping.source_kind import Chunk, Tally
from graph.mapping.table.cells import make_id

RECORDS = 5_000


class Lido(LidoLines):
    """Records as LidoLines say it."""

    def read(self, folder: Path, tally: Tally) -> Iterator[Chunk]:
        """All records, then what they say of each other."""
        reading = LidoReading(self, tally, Languages([*self.language]))
        for path in find_documents(folder, self.file, {".xml"}):
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
    works: set[str] = field(default_factory=set)
    again: list[str] = field(default_factory=list)

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
        if work in self.works:
            self.again.append(f"{work} in {path.name}, line {record.element.sourceline}")
        self.works.add(work)
        united = unite(work, [Said(self.spec, part, work).read() for part in record.parts()], self.tally)
        self.entities += [
            {"id": work, "label": self.spec.label, **read_columns(record), **united.row},
            *united.entities,
        ]
        self.facts += united.facts
        self.related += [(work, relation, ids) for relation, ids in united.related]

    def relate(self) -> None:
        """Facts between records, once all are known; of works elsewhere nothing is said. Tells which came again."""
        if self.again:
            self.tally.notes.append(
                "records with the id of an earlier one are one work with it, of each property the first value is "
                f"taken: {shorten(self.again)}"
            )
        for work, relation, ids in self.related:
            tail = next((self.aliases[id_] for id_ in ids if id_ in self.aliases), None)
            if tail is None:
                self.tally.leave_out(relation, "the related work is not among the records", f"{work}: {ids[:1]}")
            else:
                self.facts.append((work, relation, tail))


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
    repositories = sorted(record.described(REPOSITORIES), key=is_former)
    number = next((found for one in repositories if (found := record.best(find(one, "workID")))), None)
    columns = {
        "name": name,
        "text": "\n".join(dict.fromkeys(filter(None, map(text_of, notes)))) or None,
        "image": links[0] if links else None,
        "url": record.best(find(record.element, "administrativeMetadata/recordWrap/recordInfoSet/recordInfoLink")),
        "rights": record.best(rights),
        "number": number,
        "measurements": "; ".join(filter(None, map(
            _measure, record.described(f"{identification}/objectMeasurementsWrap/objectMeasurementsSet")))) or None,
    }  # fmt: skip
    for language, text in record.other_names(title, name):
        columns.setdefault(f"name_{language}", text)
    titles = [text_of(element) for one in record.descriptions() for element in find(one, title)]
    others = [called for called in dict.fromkeys(titles) if called and called not in columns.values()]
    columns["other_title"] = "; ".join(others) or None
    return columns


def _measure(element: etree._Element) -> str:
    """Measurements in words, or as kind, value and unit of each."""
    if words := "; ".join(filter(None, map(text_of, find(element, "displayObjectMeasurements")))):
        return words
    parts = ("measurementType", "measurementValue", "measurementUnit")
    measured = [
        " ".join(text for part in parts for inner in find(one, part)[:1] if (text := text_of(inner)))
        for one in find(element, "objectMeasurements/measurementSet")
    ]
    return "; ".join(filter(None, measured))
