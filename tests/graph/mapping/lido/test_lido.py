"""[[lido]]: records as they are harvested become works, people, places and what is said of them."""

from pathlib import Path

import pytest

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.source import read_source

MUSEUMS = Path(__file__).parents[5] / "shared/data/museums"
WRAP = '<lido:lidoWrap xmlns:lido="http://www.lido-schema.org">\n{}</lido:lidoWrap>'
RECORD = """
<lido:lido>
 <lido:lidoRecID lido:type="local">M/1</lido:lidoRecID>
 <lido:descriptiveMetadata xml:lang="de">
  <lido:objectClassificationWrap><lido:objectWorkTypeWrap><lido:objectWorkType>
   <lido:term>Gemälde</lido:term></lido:objectWorkType></lido:objectWorkTypeWrap></lido:objectClassificationWrap>
  <lido:objectIdentificationWrap><lido:titleWrap><lido:titleSet>
   <lido:appellationValue lido:pref="alternative">Bildnis</lido:appellationValue>
   <lido:appellationValue lido:pref="preferred">Die Amme</lido:appellationValue>
  </lido:titleSet></lido:titleWrap></lido:objectIdentificationWrap>
 </lido:descriptiveMetadata>
 <lido:descriptiveMetadata xml:lang="en">
  <lido:objectClassificationWrap>
   <lido:objectWorkTypeWrap><lido:objectWorkType>
    <lido:conceptID lido:type="URI">http://vocab.getty.edu/aat/300033618</lido:conceptID>
    <lido:term lido:addedSearchTerm="yes">art</lido:term><lido:term>painting</lido:term>
   </lido:objectWorkType></lido:objectWorkTypeWrap>
   <lido:classificationWrap><lido:classification lido:type="europeana:type"><lido:term>IMAGE</lido:term>
   </lido:classification></lido:classificationWrap>
  </lido:objectClassificationWrap>
  <lido:objectIdentificationWrap><lido:titleWrap><lido:titleSet>
   <lido:appellationValue>The Nurse</lido:appellationValue></lido:titleSet></lido:titleWrap>
  </lido:objectIdentificationWrap>
  <lido:eventWrap>
   <lido:eventSet><lido:event><lido:eventType><lido:term>Production</lido:term></lido:eventType>
    <lido:eventActor><lido:actorInRole><lido:actor>
     <lido:actorID lido:type="URI">http://vocab.getty.edu/ulan/500011051</lido:actorID>
     <lido:nameActorSet><lido:appellationValue>Rembrandt</lido:appellationValue></lido:nameActorSet>
     <lido:nationalityActor><lido:term>Dutch</lido:term></lido:nationalityActor>
     <lido:vitalDatesActor><lido:earliestDate>1606</lido:earliestDate></lido:vitalDatesActor>
    </lido:actor></lido:actorInRole></lido:eventActor>
    <lido:eventActor><lido:actorInRole>
     <lido:actor><lido:nameActorSet><lido:appellationValue>Frans Hals</lido:appellationValue></lido:nameActorSet>
     </lido:actor>
     <lido:attributionQualifierActor>after</lido:attributionQualifierActor></lido:actorInRole></lido:eventActor>
    <lido:eventDate><lido:date><lido:earliestDate>1640</lido:earliestDate><lido:latestDate>1650</lido:latestDate>
    </lido:date></lido:eventDate>
    <lido:eventPlace><lido:place><lido:namePlaceSet><lido:appellationValue>Haarlem</lido:appellationValue>
     </lido:namePlaceSet><lido:partOfPlace><lido:namePlaceSet><lido:appellationValue>Holland</lido:appellationValue>
     </lido:namePlaceSet></lido:partOfPlace></lido:place></lido:eventPlace>
    <lido:eventMaterialsTech><lido:displayMaterialsTech lido:label="material">oil; canvas</lido:displayMaterialsTech>
    </lido:eventMaterialsTech>
   </lido:event></lido:eventSet>
   <lido:eventSet><lido:event><lido:eventType><lido:term>Exhibition</lido:term></lido:eventType></lido:event>
   </lido:eventSet>
  </lido:eventWrap>
  <lido:objectRelationWrap><lido:relatedWorksWrap>
   <lido:relatedWorkSet><lido:relatedWork><lido:object><lido:objectID>M/2</lido:objectID></lido:object></lido:relatedWork>
    <lido:relatedWorkRelType><lido:term>pendant of</lido:term></lido:relatedWorkRelType></lido:relatedWorkSet>
   <lido:relatedWorkSet><lido:relatedWork><lido:object><lido:objectID>Z/9</lido:objectID></lido:object></lido:relatedWork>
   </lido:relatedWorkSet></lido:relatedWorksWrap></lido:objectRelationWrap>
 </lido:descriptiveMetadata>
 <lido:administrativeMetadata xml:lang="en"><lido:resourceWrap>
  <lido:resourceSet><lido:resourceRepresentation lido:type="image_thumb">
   <lido:linkResource>http://m.example/t.jpg</lido:linkResource></lido:resourceRepresentation>
   <lido:resourceRepresentation lido:type="image_master">
   <lido:linkResource>http://m.example/m.jpg</lido:linkResource></lido:resourceRepresentation></lido:resourceSet>
 </lido:resourceWrap></lido:administrativeMetadata>
</lido:lido>
<lido:lido>
 <lido:lidoRecID lido:type="local">M/2</lido:lidoRecID>
 <lido:descriptiveMetadata xml:lang="en"><lido:eventWrap><lido:eventSet><lido:event>
  <lido:eventType><lido:term>Creation</lido:term></lido:eventType><lido:eventActor><lido:actorInRole><lido:actor>
  <lido:nameActorSet><lido:appellationValue>Unbekannt</lido:appellationValue></lido:nameActorSet></lido:actor>
 </lido:actorInRole></lido:eventActor></lido:event></lido:eventSet></lido:eventWrap></lido:descriptiveMetadata>
</lido:lido>
"""


def read(folder: Path, lines: str = "") -> Source:
    (folder / "mapping.toml").write_text(f'[[lido]]\nfile = "*.xml"\n{lines}')
    return read_source(folder, name="museum")


def facts(source: Source) -> set[tuple[str, str, str]]:
    return {*zip(source.triples["head"], source.triples["relation"], source.triples["tail"], strict=True)}


def entity(source: Source, id_: str) -> dict[str, str]:
    (row,) = source.entities[source.entities["id"] == id_].to_dict("records")
    return {str(name): value for name, value in row.items() if isinstance(value, str)}


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    (tmp_path / "records.xml").write_text(WRAP.format(RECORD), encoding="utf-8")
    return tmp_path


def test_a_record_is_a_work_with_what_its_events_say(museum: Path) -> None:
    source = read(museum, 'language = ["en", "de"]')
    assert entity(source, "artwork:M/1") == {
        "id": "artwork:M/1",
        "label": "Artwork",
        "name": "The Nurse",
        "name_de": "Die Amme",
        "other_title": "Bildnis",
        "image": "http://m.example/m.jpg",
        "dated": "1640–1650",
        "createdBy_said": "after Frans Hals",
    }
    assert facts(source) == {
        ("artwork:M/1", "hasType", "http://vocab.getty.edu/aat/300033618"),
        ("artwork:M/1", "createdBy", "http://vocab.getty.edu/ulan/500011051"),
        ("http://vocab.getty.edu/ulan/500011051", "hasNationality", "nationality:Dutch"),
        ("artwork:M/1", "madeAt", "place:Haarlem"),
        ("place:Haarlem", "within", "place:Holland"),
        ("artwork:M/1", "hasMaterial", "material:oil"),
        ("artwork:M/1", "hasMaterial", "material:canvas"),
        ("artwork:M/1", "pendantOf", "artwork:M/2"),
    }
    assert entity(source, "http://vocab.getty.edu/aat/300033618")["name"] == "painting"
    assert entity(source, "http://vocab.getty.edu/ulan/500011051")["born"] == "1606"


TERMS = "http://terminology.lido-schema.org/"
CONCEPT = (
    '<skos:Concept xmlns:skos="http://www.w3.org/2004/02/skos/core#" rdf:about="{}" '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><skos:prefLabel>{}</skos:prefLabel></skos:Concept>'
)
LIDO_11 = f"""<lido:lido><lido:lidoRecID>M/3</lido:lidoRecID><lido:descriptiveMetadata xml:lang="en">
 <lido:objectClassificationWrap><lido:objectWorkTypeWrap>
  <lido:objectWorkType>{CONCEPT.format("http://aat.example/1", "panel")}</lido:objectWorkType>
 </lido:objectWorkTypeWrap></lido:objectClassificationWrap>
 <lido:objectIdentificationWrap><lido:titleWrap><lido:titleSet>
   <lido:appellationValue lido:pref="{TERMS}lido00170">A Woman</lido:appellationValue>
   <lido:appellationValue lido:pref="{TERMS}lido00169">The Nurse</lido:appellationValue></lido:titleSet>
  </lido:titleWrap>
  <lido:repositoryWrap>
   <lido:repositorySet lido:type="former"><lido:repositoryName><lido:legalBodyName>
    <lido:appellationValue>Collection Meyer</lido:appellationValue></lido:legalBodyName></lido:repositoryName>
    <lido:workID>old 1</lido:workID></lido:repositorySet>
   <lido:repositorySet lido:type="{TERMS}lido00475"><lido:repositoryName><lido:legalBodyName>
    <lido:appellationValue>Museum</lido:appellationValue></lido:legalBodyName></lido:repositoryName>
    <lido:workID>new 1</lido:workID></lido:repositorySet></lido:repositoryWrap>
  <lido:objectMeasurementsWrap><lido:objectMeasurementsSet><lido:objectMeasurements><lido:measurementSet>
   <lido:measurementType>height</lido:measurementType><lido:measurementUnit>cm</lido:measurementUnit>
   <lido:measurementValue>30</lido:measurementValue></lido:measurementSet></lido:objectMeasurements>
  </lido:objectMeasurementsSet></lido:objectMeasurementsWrap></lido:objectIdentificationWrap>
 <lido:eventWrap><lido:eventSet><lido:event>
   <lido:eventType>{CONCEPT.format(f"{TERMS}lido00007", "Made")}</lido:eventType>
   <lido:eventActor><lido:displayActorInRole>pupils of Ann</lido:displayActorInRole></lido:eventActor>
   <lido:eventDate><lido:displayDate>about 1640</lido:displayDate></lido:eventDate>
   <lido:periodName><lido:term>Baroque</lido:term></lido:periodName>
   <lido:eventPlace><lido:displayPlace>near Haarlem</lido:displayPlace></lido:eventPlace>
   <lido:eventMaterialsTech><lido:materialsTech>
    <lido:termMaterialsTech lido:type="{TERMS}lido00131"><lido:term>oil painting</lido:term></lido:termMaterialsTech>
   </lido:materialsTech></lido:eventMaterialsTech></lido:event></lido:eventSet>
  <lido:eventSet><lido:event><lido:eventType><lido:term>Design</lido:term></lido:eventType>
   <lido:eventDate><lido:displayDate>1639</lido:displayDate></lido:eventDate></lido:event></lido:eventSet></lido:eventWrap>
 <lido:objectRelationWrap><lido:subjectWrap>
  <lido:subjectSet><lido:displaySubject>a quiet street</lido:displaySubject></lido:subjectSet>
  <lido:subjectSet><lido:subject><lido:subjectEvent><lido:event><lido:eventName><lido:appellationValue>Wedding
   </lido:appellationValue></lido:eventName></lido:event></lido:subjectEvent><lido:subjectObject><lido:object>
   <lido:objectNote>chalice</lido:objectNote></lido:object></lido:subjectObject></lido:subject></lido:subjectSet>
 </lido:subjectWrap></lido:objectRelationWrap></lido:descriptiveMetadata></lido:lido>"""


def test_concepts_of_lido_1_1_former_owners_and_words_alone(tmp_path: Path) -> None:
    (tmp_path / "records.xml").write_text(WRAP.format(LIDO_11), encoding="utf-8")
    source = read(tmp_path)
    assert entity(source, "artwork:M/3") == {
        "id": "artwork:M/3",
        "label": "Artwork",
        "name": "The Nurse",
        "other_title": "A Woman",
        "number": "new 1",
        "measurements": "height 30 cm",
        "dated": "about 1640",
        "period": "Baroque",
        "createdBy_said": "pupils of Ann",
        "madeAt_said": "near Haarlem",
        "depicts_said": "a quiet street",
    }
    assert facts(source) == {
        ("artwork:M/3", "hasType", "http://aat.example/1"),
        ("artwork:M/3", "keptBy", "museum:Museum"),
        ("artwork:M/3", "formerlyKeptBy", "museum:Collection Meyer"),
        ("artwork:M/3", "hasTechnique", "technique:oil painting"),
        ("artwork:M/3", "depicts", "subject:Wedding"),
        ("artwork:M/3", "depicts", "subject:chalice"),
    }
    assert {*source.notes} == {
        "createdBy: 1 left out, it is told in words alone (artwork:M/3: 'pupils of Ann')",
        "madeAt: 1 left out, it is told in words alone (artwork:M/3: 'near Haarlem')",
        "depicts: 1 left out, it is told in words alone (artwork:M/3: 'a quiet street')",
        "dated: 1 left out, an earlier event says otherwise (artwork:M/3: '1639')",
    }


def test_what_is_no_fact_is_counted_and_said(museum: Path) -> None:
    source = read(museum)
    assert entity(source, "artwork:M/2")["createdBy_said"] == "Unbekannt"
    for start in (
        "createdBy: 1 left out, it says that nobody is known",
        "createdBy: 1 left out, it is qualified (artwork:M/1: after 'Frans Hals')",
        "relatedTo: 1 left out, the related work is not among the records",
        "event Exhibition: 1 left out, [lido.event] names no such type",
    ):
        assert any(note.startswith(start) for note in source.notes), source.notes


def test_another_language_and_another_event(museum: Path) -> None:
    source = read(museum, 'language = ["de"]\n[lido.event.shown]\ntypes = ["exhibition"]\nplace = "shownAt"\n')
    assert entity(source, "artwork:M/1")["name"] == "Die Amme"
    assert ("artwork:M/1", "hasType", "type:Gemälde") in facts(source)
    assert not any("Exhibition" in note for note in source.notes)


@pytest.mark.parametrize(
    "title", ["Die<!-- c --> Amme", "Die <i>Am<?p?>me</i>", "Die&nbsp;&am;", "<![CDATA[Die]]> Amme", "Die<br/>Amme"]
)
def test_a_text_is_whole_whatever_stands_inside(museum: Path, title: str) -> None:
    declared = '<!DOCTYPE x [<!ENTITY nbsp "&#160;"><!ENTITY am "Amme">]>'
    (museum / "records.xml").write_text(declared + WRAP.format(RECORD).replace("Die Amme", title))
    assert entity(read(museum, 'language = ["de"]'), "artwork:M/1")["name"] == "Die Amme"


def test_a_record_without_an_id_is_left_out_and_told(museum: Path) -> None:
    records = museum / "records.xml"
    before = len(read(museum, "").entities)
    template = "<lido:lido><lido:lidoRecID/></lido:lido>"
    published = "<lido:lido><lido:objectPublishedID>P9</lido:objectPublishedID></lido:lido>"
    records.write_text(records.read_text().replace("</lido:lidoWrap>", f"{template}{published}</lido:lidoWrap>"))
    source = read(museum, "")
    assert len(source.entities) == before + 1
    assert "artwork:P9" in set(source.entities["id"])
    assert any(
        note.startswith("Artwork: 1 left out, the record has no lidoRecID (records.xml") for note in source.notes
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (WRAP.format("<lido:lido>\n<lido:lidoRecID>1</lido:lidoRecID>"), r"records.xml, line 3: .*mismatch"),
        (WRAP.format("<lido:lido/>"), r"Artwork: 1 left out, the record has no lidoRecID \(records.xml, line 2\)"),
        ("<rdf/>", r"records.xml has no lido element"),
        ("", r"records.xml, line .: "),
        ('<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;">]>' + WRAP.format("&b;"), r"has no lido element"),
        (
            '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]>\n' + WRAP.format("<lido:lido>&f;</lido:lido>"),
            r"records.xml, line 3: Entity 'f' not defined",
        ),
    ],
)
def test_a_wrong_file_is_told_with_its_line(museum: Path, content: str, told: str) -> None:
    (museum / "records.xml").write_text(content)
    with pytest.raises(InputError, match=told):
        read(museum)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('unless = "("', r"unless = '\(': this is no regular expression"),
        ('[lido.event.made]\nactor = "by"', "types is missing"),
        ('[lido.event.made]\ntypes = []\nwho = "by"', "who = 'by' is not known"),
        ('speech = "en"', "speech = 'en' is not known; allowed are file, language"),
    ],
)
def test_a_wrong_line_is_told(museum: Path, line: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(museum, line)


@pytest.mark.skipif(not MUSEUMS.is_dir(), reason="../shared/data/museums is not there")
def test_three_publishers_come_in(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[[lido]]\nfile = "*.xml"\nlanguage = ["ro", "en", "*"]\n')
    source = read_source(MUSEUMS / "lido", mapping=mapping)
    counts = source.triples["relation"].value_counts().to_dict()
    assert source.entities["label"].value_counts()["Artwork"] == 490
    assert counts.items() >= {"hasType": 1037, "keptBy": 487, "createdBy": 320, "foundAt": 394, "hasPart": 2}.items()
    assert entity(source, "artwork:DE-Mb112/lido-obj20344012")["name"] == "Fontana del Moro"
