"""Links and decisions leave the graph as CSV, Parquet and RDF, and decisions come back from a spreadsheet."""

import json
import uuid
from pathlib import Path

import pandas as pd
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, XSD

from base.errors import InputError
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decision_files import import_decisions
from graph.curation.decisions import decide, history
from graph.curation.exchange import add_accepted, read_decisions, read_links, write_table
from graph.curation.rdf import VLKGE, Turtle
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.schema import setup_schema

LINKS = pd.DataFrame(
    {
        "head": ["wave", "fuji", "gas"],
        "relation": "hasStyle",
        "tail": ["ukiyo-e", "ukiyo-e", "realism"],
        "score": [3.0, 2.0, 1.0],
        "rank": 1,
        "probability": [0.9, 0.8, 0.25],
        "similar": [["fuji", "gas"], None, ["wave"]],
    }
)


@pytest.fixture
def art(database: Database) -> Database:
    """Three works and two styles, with a predicted style for each work."""
    setup_schema(database)
    database.driver.execute_query(
        "UNWIND [['wave', 'The Great Wave; \"Kanagawa\"'], ['fuji', 'Röd Fuji'], ['gas', null], "
        "['ukiyo-e', 'Ukiyo-e'], ['realism', 'Realism']] AS e CREATE (:Entity:Vlkge {id: e[0], name: e[1]})"
    )
    register_model(database, "v1", "distmult", {}, {"test": {"mrr": 0.5}}, "f00d", {})
    publish(database, LINKS, model_version="v1", run_id="monday")
    return database


def choice(head: str, verdict: str, reason: str | None = None) -> Choice:
    tail = "realism" if head == "gas" else "ukiyo-e"
    return Choice(id=str(uuid.uuid4()), head=head, relation="hasStyle", tail=tail, verdict=verdict, reason=reason)  # type: ignore[arg-type]


def test_links_come_back_from_parquet_as_they_were_published(art: Database, tmp_path: Path) -> None:
    write_table(read_links(art), tmp_path / "links.parquet")
    back = pd.read_parquet(tmp_path / "links.parquet").set_index("head").loc[LINKS["head"]].reset_index()
    for name in ("head", "relation", "tail", "score", "rank", "probability"):
        assert back[name].tolist() == LINKS[name].tolist()
    assert [None if v is None else list(v) for v in back["similar"]] == LINKS["similar"].tolist()
    assert set(back["run_id"]) == {"monday"}
    assert back["head_name"].fillna("").tolist() == ['The Great Wave; "Kanagawa"', "Röd Fuji", ""]


def test_the_rights_of_a_picture_leave_with_its_links_and_decisions(art: Database, tmp_path: Path) -> None:
    statement = "http://rightsstatements.org/vocab/InC/1.0/"
    art.driver.execute_query(
        "UNWIND [['wave', $said], ['gas', 'Heirs of the artist; ask first']] AS r MATCH (w:Entity {id: r[0]}) "
        "SET w.rights = r[1]",
        said=statement,
    )
    decide(art, [choice("gas", "rejected")], by="ana")
    write_table(read_links(art), tmp_path / "links.csv")
    sheet = pd.read_csv(tmp_path / "links.csv", keep_default_na=False).set_index("head")
    assert sheet["head_rights"].to_dict() == {"wave": statement, "fuji": "", "gas": "Heirs of the artist; ask first"}
    assert read_decisions(art)["head_rights"].tolist() == ["Heirs of the artist; ask first"]
    turtle = Turtle("https://museum.example/")
    turtle.add_links(read_links(art))
    turtle.add_decisions(read_decisions(art))
    said = {(str(work).rsplit("/", 1)[1], rights) for work, rights in turtle.graph.subject_objects(DCTERMS.rights)}
    assert said == {("wave", URIRef(statement)), ("gas", Literal("Heirs of the artist; ask first"))}


def test_links_can_be_chosen(art: Database) -> None:
    decide(art, [choice("wave", "rejected")], by="ana")
    publish(art, LINKS[2:], model_version="v1", run_id="tuesday")
    assert read_links(art)["head"].tolist() == ["gas", "wave"]
    assert read_links(art, verdict="rejected")["head"].tolist() == ["wave"]
    assert read_links(art, state=None, least=0.5)["head"].tolist() == ["fuji", "wave"]
    assert read_links(art, relation="madeBy").empty


def test_a_work_list_is_filled_in_and_brought_back(art: Database, tmp_path: Path) -> None:
    path = tmp_path / "queue.csv"
    write_table(read_links(art), path)
    untouched = import_decisions(art, path, by="ana")
    assert (untouched.rows, untouched.recorded, untouched.open) == (3, 0, 3)
    sheet = pd.read_csv(path)
    assert json.loads(sheet.set_index("head")["similar"]["wave"]) == ["fuji", "gas"]
    sheet.loc[sheet["head"] == "wave", "verdict"] = "Accepted"
    sheet.loc[sheet["head"] == "gas", "verdict"] = "rejected"
    sheet.to_csv(path, index=False, sep=";", encoding="utf-16")
    tried = import_decisions(art, path, by="ana", dry_run=True)
    assert (tried.rows, tried.recorded, tried.open) == (3, 2, 1)
    assert history(art, "wave", "hasStyle", "ukiyo-e") == []
    assert import_decisions(art, path, by="ana").recorded == 2
    (made,) = history(art, "wave", "hasStyle", "ukiyo-e")
    assert (made.verdict, made.by, made.queue, made.probability) == ("accepted", "ana", "import", 0.9)
    again = import_decisions(art, path, by="ana")
    assert (again.recorded, again.unchanged) == (0, 2)


def test_decisions_come_back_in_another_graph(art: Database, tmp_path: Path) -> None:
    decide(art, [choice("wave", "accepted", "signed, lower left"), choice("gas", "rejected")], by="ana")
    decide(art, [choice("wave", "undone")], by="ben", force=True)
    decide(art, [choice("wave", "rejected")], by="ben", force=True)
    path = tmp_path / "decisions.csv"
    write_table(read_decisions(art), path)
    before = [(d.id, d.verdict, d.by, d.reason) for d in history(art, "wave", "hasStyle", "ukiyo-e")]
    assert import_decisions(art, path).recorded == 0
    art.driver.execute_query("MATCH (d:Decision) DELETE d")
    art.driver.execute_query("MATCH ()-[p:PREDICTED]->() SET p.verdict = 'pending'")
    assert import_decisions(art, path).recorded == 4
    assert [(d.id, d.verdict, d.by, d.reason) for d in history(art, "wave", "hasStyle", "ukiyo-e")] == before
    assert read_decisions(art, standing=True)["verdict"].tolist() == ["rejected", "rejected"]


def test_what_is_wrong_with_a_sheet_is_told_by_line_and_nothing_is_recorded(art: Database, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"

    def refused(text: str, *messages: str, by: str | None = "ana") -> None:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            import_decisions(art, path, by=by)
        for message in messages:
            assert message in str(caught.value)
        assert read_decisions(art).empty

    head = "head,relation,tail,verdict\n"
    refused(head + 'wave,hasStyle,ukiyo-e,accepted\n"fuji",hasStyle,ukiyo-e,maybe\n', "line 3: 'maybe'", "1 in all")
    refused(head + "\nwave,,ukiyo-e,accepted\n", "relation is empty (line 3: ''")
    refused(
        head + "tide,hasStyle,ukiyo-e,accepted\nwave,hasStile,cubism,rejected\n",
        "the head is no entity of the graph (line 2: 'tide'",
        "the tail is no entity of the graph (line 3: 'cubism'",
        "no fact and no prediction has the relation (line 3: 'hasStile'",
    )
    refused(head + "wave,hasStyle,ukiyo-e,undone\n", "nothing stands that could be undone (line 2")
    refused(head + "wave,hasStyle,ukiyo-e,accepted\n", "nobody is named who decided; give --by", by=None)
    refused(head + "wave,hasStyle,accepted\n", "line 2 has 3 cells, the header has 4")
    refused("head;relation;tail\n", "no column verdict")
    path.write_bytes("head,relation,tail,verdict\nRöd,a,b,c\n".encode("latin-1"))
    with pytest.raises(InputError, match="line 2 is not UTF-8"):
        import_decisions(art, path, by="ana")


def test_a_sheet_that_contradicts_a_decision_is_refused_unless_forced(art: Database, tmp_path: Path) -> None:
    decide(art, [choice("wave", "rejected")], by="ben")
    path = tmp_path / "d.csv"
    path.write_text("head\trelation\ttail\tverdict\twhy\nwave\thasStyle\tukiyo-e\taccepted\tx\n")
    with pytest.raises(InputError, match=r"somebody decided otherwise.*line 2: 'rejected by ben'"):
        import_decisions(art, path, by="ana")
    assert import_decisions(art, path, by="ana", force=True).recorded == 1
    assert [d.by for d in history(art, "wave", "hasStyle", "ukiyo-e")] == ["ben", "ana"]


def test_kinds_that_the_relation_never_joins_are_told_by_line_and_can_be_forced(art: Database, tmp_path: Path) -> None:
    art.driver.execute_query(
        "MATCH (e:Entity) SET e.primary_label = CASE WHEN e.id IN ['ukiyo-e', 'realism'] THEN 'Style' ELSE 'Work' END"
    )
    path = tmp_path / "d.csv"
    row = "fuji,hasStyle,realism,accepted"  # nobody proposed it, but works have styles
    path.write_text(f"head,relation,tail,verdict\n{row}\nwave,hasStyle,gas,accepted\n")
    with pytest.raises(
        InputError, match=r"never joins such kinds; --force .* \(line 3: 'Work hasStyle Work'; 1 in all"
    ):
        import_decisions(art, path, by="ana")
    assert read_decisions(art).empty
    assert import_decisions(art, path, by="ana", force=True).recorded == 2
    # Taking it back asks for no kinds.
    path.write_text("head,relation,tail,verdict\nwave,hasStyle,gas,undone\n")
    assert import_decisions(art, path, by="ana", force=True).recorded == 1


def test_a_prediction_in_rdf_keeps_its_probability_and_where_it_comes_from(art: Database, tmp_path: Path) -> None:
    (made,) = decide(art, [choice("fuji", "accepted", "said so")], by="ana b.")
    turtle = Turtle("https://museum.example/")
    turtle.add_links(read_links(art))
    turtle.add_runs(art)
    turtle.add_decisions(read_decisions(art))
    turtle.write(tmp_path / "links.ttl")
    back = Graph().parse(tmp_path / "links.ttl")

    def name(path: str) -> URIRef:
        return URIRef(f"https://museum.example/{path}")

    (wave,) = back.subjects(RDF.subject, name("entity/wave"))
    assert (wave, RDF.type, RDF.Statement) in back
    assert (wave, RDF.object, name("entity/ukiyo-e")) in back
    assert (wave, VLKGE.probability, Literal(0.9, datatype=XSD.double)) in back
    assert (wave, PROV.wasGeneratedBy, name("run/monday")) in back
    assert (name("run/monday"), PROV.used, name("model/v1")) in back
    assert (name("model/v1"), VLKGE.test_mrr, Literal(0.5)) in back
    (fuji,) = back.subjects(RDF.subject, name("entity/fuji"))
    decision = name(f"decision/{made.id}")
    assert (decision, PROV.used, fuji) in back
    assert (decision, PROV.wasAssociatedWith, name("person/ana%20b.")) in back
    assert (fuji, PROV.wasAttributedTo, name("person/ana%20b.")) in back
    asserted = set(back.subject_objects(name("relation/hasStyle")))
    assert asserted == {(name("entity/fuji"), name("entity/ukiyo-e"))}, "only what was accepted is a fact"


def test_what_people_accepted_leaves_though_no_run_proposes_it(art: Database) -> None:
    """Fuji's other style was typed; the wave's, accepted on an older page, is no longer proposed."""
    art.driver.execute_query("MATCH ({id: 'wave'})-[p:PREDICTED]->() SET p.state = 'stale'")
    typed = choice("fuji", "accepted").model_copy(update={"tail": "realism"})
    decide(art, [choice("wave", "accepted"), typed, choice("gas", "rejected")], by="ana")
    found = add_accepted(art, read_links(art, verdict="accepted"))
    ends = [("fuji", "realism", "Realism"), ("wave", "ukiyo-e", "Ukiyo-e")]
    assert list(found[["head", "tail", "tail_name"]].itertuples(index=False, name=None)) == ends
    assert len(add_accepted(art, found)) == 2
    assert add_accepted(art, read_links(art, verdict="accepted"), relation="madeBy").empty
    turtle = Turtle("https://museum.example/")
    turtle.add_links(found)
    fact = (turtle.name("entity", "fuji"), turtle.name("relation", "hasStyle"), turtle.name("entity", "realism"))
    link = turtle.link_name("fuji", "hasStyle", "realism")
    assert fact in turtle.graph
    assert list(turtle.graph.objects(link, PROV.wasGeneratedBy)) == []
    assert list(turtle.graph.objects(link, VLKGE.verdict)) == [Literal("accepted", datatype=XSD.string)]


def test_a_wrong_file_or_base_is_refused(art: Database, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"links.xlsx must end in one of .csv, .parquet"):
        write_table(read_links(art), tmp_path / "links.xlsx")
    with pytest.raises(InputError, match="there is no folder"):
        write_table(read_links(art), tmp_path / "no" / "links.csv")
    with pytest.raises(InputError, match="must be an absolute IRI"):
        Turtle("museum")
