"""Whatever ingest takes goes out and comes back: ids, names and values made at random, in every format."""

import json
import shutil
import uuid
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from rdflib import Graph
from rdflib.namespace import RDF, RDFS

from graph.connection import Database
from graph.curation.cells import guard, unguard
from graph.curation.decision import Choice
from graph.curation.decision_files import import_decisions
from graph.curation.decisions import decide
from graph.curation.exchange import read_decisions, read_links, write_table
from graph.curation.rdf import BASE, Turtle
from graph.exporting.export import export, facts_of
from graph.exporting.hetero_file import load, save
from graph.loading.files import Source, read_source
from graph.loading.ingest import ingest
from graph.pictures import PictureStore
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from tests.graph.loading.odd import make

SEEDS = [(seed, form) for seed in range(3) for form in ("csv", "parquet")]


@pytest.fixture(params=SEEDS, ids=[f"{form} {seed}" for seed, form in SEEDS])
def source(request: pytest.FixtureRequest, tmp_path: Path, database: Database) -> Source:
    """An odd source, ingested."""
    seed, form = request.param
    read = read_source(make(seed, tmp_path / "odd", form))
    ingest(database, read, PictureStore(tmp_path / "store"))
    return read


def publish_links(database: Database, source: Source) -> pd.DataFrame:
    """A link for each of some pairs of entities and a relation, with odd evidence."""
    ids, relations = source.entities["id"].tolist(), sorted(set(source.triples["relation"]))
    known = set(source.triples[["head", "relation", "tail"]].itertuples(index=False, name=None))
    links = pd.DataFrame(
        [
            {
                "head": head,
                "relation": relation,
                "tail": tail,
                "score": 1.0,
                "rank": 1,
                "probability": 0.5,
                "note": tail,
            }
            for head, tail in zip(ids, reversed(ids), strict=True)
            for relation in relations
            if (head, relation, tail) not in known
        ]
    )
    register_model(database, "v1", "distmult", {}, {"test": {"mrr": 0.5}}, "f00d", {})
    publish(database, links, model_version="v1", run_id="monday")
    return links


def ends(frame: pd.DataFrame) -> set[tuple[str, ...]]:
    return set(frame[["head", "relation", "tail"]].itertuples(index=False, name=None))


def test_the_graph_and_the_exported_file_hold_what_the_files_say(
    source: Source, database: Database, tmp_path: Path
) -> None:
    with database.session() as session:
        rows = session.run(
            "MATCH (n:Entity) RETURN n.id AS id, [l IN labels(n) WHERE l <> 'Vlkge'] AS labels, properties(n) AS has"
        ).data()
        facts = session.run(
            "MATCH (h:Entity)-[r]->(t:Entity) RETURN h.id, type(r), t.id, properties(r) AS has"
        ).values()
    found = {row["id"]: row for row in rows}
    columns = [column for column in source.entities if column not in ("id", "label")]
    for wanted in source.entities.to_dict("records"):
        row = found.pop(wanted["id"])
        assert set(row["labels"]) == {"Entity", wanted["label"]}
        assert {name: row["has"].get(name) for name in columns} == {
            name: None if pd.isna(wanted[name]) else wanted[name] for name in columns
        }
    assert not found
    column = source.triples.columns[-1]
    given = {(h, r, t): value for h, r, t, value in source.triples[["head", "relation", "tail", column]].to_numpy()}
    assert {(h, r, t): has.get(column) for h, r, t, has in facts} == {
        fact: None if pd.isna(value) else value for fact, value in given.items()
    }
    save(export(database), tmp_path / "graph.safetensors")
    back = load(tmp_path / "graph.safetensors")
    assert ends(facts_of(back)) == set(given)
    names = {id_: name for kind in back.node_types for id_, name in zip(back[kind].id, back[kind].name, strict=True)}
    wanted_names = source.entities.set_index("id")["name"]
    assert {id_: name for id_, name in names.items() if pd.notna(wanted_names[id_])} == wanted_names.dropna().to_dict()
    again = ingest(database, source, PictureStore(tmp_path / "store"))
    assert (again.entities.unchanged, again.facts.unchanged) == (len(source.entities), len(source.triples))


def test_links_and_decisions_go_out_and_come_back(source: Source, database: Database, tmp_path: Path) -> None:
    links = publish_links(database, source)
    names = source.entities.set_index("id")["name"]
    shown = read_links(database)
    write_table(shown, tmp_path / "links.parquet")
    assert ends(pd.read_parquet(tmp_path / "links.parquet")) == ends(links)
    write_table(shown, tmp_path / "links.csv")
    sheet = pd.read_csv(tmp_path / "links.csv", dtype=str, keep_default_na=False)
    assert not sheet.map(lambda cell: cell.startswith(("=", "+", "-", "@", "\t", "\r"))).any(axis=None)
    filled = sheet.copy()
    sheet = sheet.map(unguard)
    assert ends(sheet) == ends(links)
    assert sheet["note"].tolist() == sheet["tail"].tolist()
    assert sheet["head_name"].tolist() == [names[i] if pd.notna(names[i]) else "" for i in sheet["head"]]

    # Filled in by a person, in a sheet of either separator, and brought back.
    filled["verdict"] = ["accepted" if at % 2 else "rejected" for at in range(len(filled))]
    filled.to_csv(tmp_path / "filled.csv", index=False, sep=";")
    done = import_decisions(database, tmp_path / "filled.csv", by='ana; "b"')
    assert done.recorded == len(links)
    decisions = read_decisions(database)
    assert ends(decisions) == ends(links)
    write_table(decisions, tmp_path / "decisions.csv")
    assert import_decisions(database, tmp_path / "decisions.csv").unchanged == len(links)
    write_table(shown, tmp_path / "verbatim.csv", verbatim=True)
    assert ends(pd.read_csv(tmp_path / "verbatim.csv", dtype=str, keep_default_na=False)) == ends(links)
    assert json.loads(json.dumps(decisions["head"].tolist())) == decisions["head"].tolist()

    turtle = Turtle()
    turtle.add_links(read_links(database))
    turtle.add_decisions(decisions)
    turtle.write(tmp_path / "links.ttl")
    back = Graph().parse(tmp_path / "links.ttl", format="turtle")

    def bare(name: object) -> str:
        if not str(name).startswith(BASE):
            return str(name)  # an id that is an IRI leaves as it is
        return unquote(str(name).removeprefix(BASE).partition("/")[2])

    def is_entity(name: str) -> bool:
        return name.startswith(f"{BASE}entity/") or not name.startswith(BASE)

    statements = set(back.subjects(RDF.type, RDF.Statement))
    assert {
        tuple(bare(back.value(s, term)) for term in (RDF.subject, RDF.predicate, RDF.object)) for s in statements
    } == ends(links)
    said = {bare(s): str(o) for s, o in back.subject_objects(RDFS.label) if is_entity(str(s))}
    assert said == {i: names[i] for i in {*links["head"], *links["tail"]} if pd.notna(names[i])}


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''@a", "+4", "-5", "\t=x", "'", "'a", "a=b", " =x", ""])
def test_no_cell_is_a_formula_and_all_come_back(text: str) -> None:
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard(guard(text)) == text


def test_what_one_source_drops_goes_and_what_another_holds_stays(database: Database, tmp_path: Path) -> None:
    """Of forty entities `ours` drops the first twenty, of which `theirs` holds ten."""
    whole = read_source(make(3, tmp_path / "ours", "csv"))
    store = PictureStore(tmp_path / "store")
    ingest(database, whole, store)
    theirs = part(whole, slice(0, 10), tmp_path / "theirs")
    ingest(database, theirs, store)
    left = part(whole, slice(20, 40), tmp_path / "ours")
    ingest(database, left, store, prune=True, prune_limit=1)
    with database.session() as session:
        ids = {row["id"] for row in session.run("MATCH (n:Entity) RETURN n.id AS id")}
        facts = set(map(tuple, session.run("MATCH (h:Entity)-[r]->(t:Entity) RETURN h.id, type(r), t.id").values()))
    assert ids == {*theirs.entities["id"], *left.entities["id"]}
    assert facts == ends(theirs.triples) | ends(left.triples)


def part(source: Source, rows: slice, folder: Path) -> Source:
    """Some entities of a source with the facts among them, as another folder of Parquet files."""
    entities = source.entities.iloc[rows]
    inside = source.triples[["head", "tail"]].isin(set(entities["id"])).all(axis=1)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    entities.to_parquet(folder / "entities.parquet", index=False)
    source.triples[inside].to_parquet(folder / "triples.parquet", index=False)
    return read_source(folder)


def test_a_decision_finds_an_id_with_blanks_of_an_older_graph(database: Database, tmp_path: Path) -> None:
    with database.session() as session:
        session.run(
            "CREATE (a:Entity:Vlkge {id: ' a ', sources: ['old']})"
            "-[:r {vlkge: true, split: 'train', sources: ['old']}]->"
            "(b:Entity:Vlkge {id: 'b', sources: ['old']})"
        ).consume()
    (tmp_path / "d.csv").write_text("\nhead,relation,tail,verdict\n a , r ,b ,rejected\n")
    assert import_decisions(database, tmp_path / "d.csv", by="ana").recorded == 1
    assert ends(read_decisions(database)) == {(" a ", "r", "b")}
    choice = Choice(id=str(uuid.uuid4()), head=" a ", relation="r", tail="b", verdict="undone")
    decide(database, [choice], by="ana", force=True)
    write_table(read_decisions(database), tmp_path / "d.csv")
    assert import_decisions(database, tmp_path / "d.csv").unchanged == 2
