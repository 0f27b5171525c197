"""What a LIDO record says in several languages comes in once, and what only a later one says is not lost."""

from pathlib import Path

import pytest

from graph.loading.files import Source
from graph.mapping.source import read_source

WRAP = '<lidoWrap xmlns="http://www.lido-schema.org">{}</lidoWrap>'
ULAN = "http://vocab.getty.edu/ulan/1"
NATION = "<nationalityActor><term>{}</term></nationalityActor>"


def actor(name: str, iri: str = "", more: str = "", qualifier: str = "") -> str:
    named = f"<nameActorSet><appellationValue>{name}</appellationValue></nameActorSet>"
    qualified = f"<attributionQualifierActor>{qualifier}</attributionQualifierActor>" if qualifier else ""
    return (
        f"<eventActor><actorInRole><actor><actorID>{iri}</actorID>{named}{more}</actor>{qualified}</actorInRole>"
        "</eventActor>"
    )


def event(kind: str, *said: str) -> str:
    return f"<eventSet><event><eventType><term>{kind}</term></eventType>{''.join(said)}</event></eventSet>"


def described(language: str, *events: str, types: str = "", related: str = "") -> str:
    kinds = "".join(f"<objectWorkType><term>{one}</term></objectWorkType>" for one in types.split())
    classes = f"<objectClassificationWrap><objectWorkTypeWrap>{kinds}</objectWorkTypeWrap></objectClassificationWrap>"
    return (
        f'<descriptiveMetadata xml:lang="{language}">{classes}<eventWrap>{"".join(events)}</eventWrap>{related}'
        "</descriptiveMetadata>"
    )


def relate(kind: str, id_: str) -> str:
    return (
        f"<objectRelationWrap><relatedWorksWrap><relatedWorkSet><relatedWork><object><objectID>{id_}</objectID></object>"
        f"</relatedWork><relatedWorkRelType><term>{kind}</term></relatedWorkRelType></relatedWorkSet></relatedWorksWrap>"
        "</objectRelationWrap>"
    )


def read(folder: Path, *descriptions: str, more: str = "") -> Source:
    record = f"<lido><lidoRecID>1</lidoRecID>{''.join(descriptions)}</lido>{more}"
    (folder / "a.xml").write_text(WRAP.format(record), encoding="utf-8")
    (folder / "mapping.toml").write_text('[[lido]]\nfile = "a.xml"\nlanguage = ["en", "de"]\n')
    return read_source(folder, name="museum")


def facts(source: Source) -> set[tuple[str, str]]:
    return {*zip(source.triples["relation"], source.triples["tail"], strict=True)}


def work(source: Source) -> dict[str, str]:
    row = source.entities.set_index("id").loc["artwork:1"].dropna()
    return {str(name): value for name, value in row.items()}


def test_an_event_of_another_language_alone_comes_in(tmp_path: Path) -> None:
    german = described("de", event("Herstellung", actor("Anna")), event("Entwurf", actor("Bert")))
    source = read(tmp_path, german, described("en", event("Production", actor("Anna"))))
    assert facts(source) == {("createdBy", "actor:Anna"), ("createdBy", "actor:Bert")}
    assert not any("left out" in note for note in source.notes)


def test_what_a_description_leaves_open_is_taken_from_the_next(tmp_path: Path) -> None:
    date = "<eventDate><displayDate>um 1640</displayDate></eventDate>"
    source = read(
        tmp_path,
        described("en", event("Production"), types="painting"),
        described("de", event("Herstellung", actor("Anna"), date), types="Gemälde"),
    )
    assert facts(source) == {("hasType", "type:painting"), ("createdBy", "actor:Anna")}
    assert work(source)["dated"] == "um 1640"


@pytest.mark.parametrize(
    ("english", "german", "count"), [("painting", "Gemälde", 1), ("painting", "Gemälde Porträt", 2), ("a b", "a c", 1)]
)
def test_what_may_be_a_translation_is_counted(tmp_path: Path, english: str, german: str, count: int) -> None:
    source = read(tmp_path, described("en", types=english), described("de", types=german))
    assert facts(source) == {("hasType", f"type:{kind}") for kind in english.split()}
    told = (
        f"hasType: {count} left out, it is said in a later language and may translate what is taken (artwork:1: 'type:"
    )
    assert any(note.startswith(told) for note in source.notes), source.notes


@pytest.mark.parametrize(("first", "second"), [(ULAN, ""), ("", ULAN)])
def test_one_name_with_and_without_an_identifier_is_one(tmp_path: Path, first: str, second: str) -> None:
    english, german = (
        described(language, event("Production", actor("Anna", iri, NATION.format(nation))))
        for language, iri, nation in (("en", first, "Dutch"), ("de", second, "niederländisch"))
    )
    source = read(tmp_path, english, german)
    assert facts(source) == {("createdBy", first or "actor:Anna"), ("hasNationality", "nationality:Dutch")}
    assert any(note.startswith("hasNationality: 1 left out, it is said in a later") for note in source.notes)


def test_of_what_is_left_out_nothing_is_said(tmp_path: Path) -> None:
    source = read(
        tmp_path,
        described("en", event("Production", actor("Homer"))),
        described("de", event("Herstellung", actor("Omer", "", NATION.format("Greek")))),
    )
    assert set(source.entities["id"]) == {"artwork:1", "actor:Homer"}


@pytest.mark.parametrize(("german", "counted"), [(actor("Frans Hals", "", "", "nach"), 0), (actor("Frans Hals"), 1)])
def test_an_attribution_is_told_once_and_is_no_fact_in_another_language(
    tmp_path: Path, german: str, counted: int
) -> None:
    source = read(
        tmp_path,
        described("en", event("Production", actor("Frans Hals", "", "", "after"))),
        described("de", event("Herstellung", german)),
        more="<lido><lidoRecID>2</lidoRecID>" + described("en", event("Production", actor("Anna"))) + "</lido>",
    )
    assert facts(source) == {("createdBy", "actor:Anna")}
    assert work(source)["createdBy_said"] == "after Frans Hals"
    assert sum("it is qualified" in note for note in source.notes) == 1
    assert sum("may translate" in note for note in source.notes) == counted


def test_an_event_that_no_line_names_is_told_once(tmp_path: Path) -> None:
    shown = described("en", event("Exhibition"), types="a")
    assert [n.split(":")[0] for n in read(tmp_path, shown, described("de", event("Ausstellung"))).notes] == [
        "event Exhibition"
    ]
    more = described("de", event("Ausstellung"), event("Verlust"))
    assert {n.split(":")[0] for n in read(tmp_path, shown, more).notes} == {
        "event Exhibition", "event Ausstellung", "event Verlust",
    }  # fmt: skip


def test_a_related_work_is_related_once(tmp_path: Path) -> None:
    source = read(
        tmp_path,
        described("en", related=relate("pendant of", "2")),
        described("de", related=relate("Gegenstück zu", "2")),
        more="<lido><lidoRecID>2</lidoRecID></lido>",
    )
    assert facts(source) == {("pendantOf", "artwork:2")}


def test_a_record_that_comes_again_is_told(tmp_path: Path) -> None:
    again = "<lido><lidoRecID>1</lidoRecID>" + described("en", types="drawing") + "</lido>"
    source = read(tmp_path, described("en", types="painting"), more=again)
    assert facts(source) == {("hasType", "type:painting"), ("hasType", "type:drawing")}
    assert source.notes == [
        "records with the id of an earlier one are one work with it, of each property the first value is taken: "
        "'artwork:1 in a.xml, line 1' (1 in all)"
    ]
