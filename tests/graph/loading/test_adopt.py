"""A graph that lives in Neo4j already: adopted, and given back as it was."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import cypher
from base.errors import InputError
from graph import reserved, vectors
from graph.connection import Database
from graph.exporting.export import export, facts_of
from graph.loading.adopt import Adoption, adopt
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.unadopt import Unadoption, unadopt
from graph.pictures import PictureStore
from graph.splits import Shares, split_pairs
from graph.vectors import Encoder

pytestmark = pytest.mark.bare

SPEC = AdoptSpec(
    labels={
        "Painting": {"id": "wikidata", "name": "title", "text": "note", "picture": "photo"},
        "Work": {"id": "number"},
        "Painter": {"id": "id", "name": "name"},
    },
    relations=["PAINTED_BY", "COPY_OF"],
)
MUSEUM = """
CREATE (gas:Work:Painting {wikidata: 'Q1', title: 'Gas', note: 'A pump.', photo: 'gas.png', number: 1, year: 1940}),
       (hawks:Painting {wikidata: 'Q2', title: 'Nighthawks', photo: 'gone.png', rooms: [1, 2]}),
       (copy:Work {number: 3}),
       (hopper:Painter {id: 'hopper', name: 'Edward Hopper', url: 'http://example.org'}),
       (guest:Visitor {id: 'guest', name: 'Ann', sources: ['door'], text: 'Came twice.'}),
       (gas)-[:PAINTED_BY {since: 1940}]->(hopper),
       (hawks)-[:PAINTED_BY]->(hopper),
       (copy)-[:COPY_OF]->(hawks),
       (copy)-[:COPY_OF]->(hawks),
       (guest)-[:PAINTED_BY]->(hopper),
       (guest)-[:SAW {split: 'afternoon'}]->(gas),
       (hopper)-[:KNOWS]->(hopper)
"""


@pytest.fixture
def museum(database: Database) -> Database:
    """Two paintings (one of them also a work), one more work, a painter; and a visitor, who is not adopted."""
    run(database, MUSEUM)
    return database


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    """Where pictures are, and where they are copied to; gas.png is there, gone.png is not."""
    (tmp_path / "gas.png").write_bytes(picture("red"))
    return {"folder": tmp_path, "store": PictureStore(tmp_path / "pictures")}


def picture(colour: str) -> bytes:
    content = BytesIO()
    Image.new("RGB", (4, 4), colour).save(content, "PNG")
    return content.getvalue()


class Stop:
    """A progress that ends the work at its n-th step, as Ctrl-C does."""

    def __init__(self, step: int) -> None:
        self.left = step

    def __call__(self, done: int, total: int, note: str = "") -> None:
        assert 0 <= done <= total, note
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def run(database: Database, text: str, **parameters: Any) -> list[dict[str, Any]]:
    records, _, _ = database.driver.execute_query(text, parameters, database_=database.name)
    return [record.data() for record in records]


def dump(database: Database, *, times: bool = True) -> Any:
    """Everything that a graph says, as text; `times` may be left out."""
    hidden = "" if times else ", updated_at: null, asserted_at: null"
    nodes = run(
        database,
        f"MATCH (n) WHERE NOT n:Schema RETURN elementId(n) AS e, labels(n) AS l, n {{.*{hidden}}} AS p",
    )
    facts = run(
        database,
        f"MATCH (h)-[r]->(t) RETURN elementId(h) AS h, type(r) AS r, elementId(t) AS t, r {{.*{hidden}}} AS p",
    )
    return [sorted(repr(ordered(row)) for row in rows) for rows in (nodes, facts)]


def ordered(row: dict[str, Any]) -> dict[str, Any]:
    properties = {key: value for key, value in sorted(row["p"].items()) if value is not None}
    return {**row, "p": properties, "l": sorted(row.get("l", []))}


def node(database: Database, id_: str) -> dict[str, Any]:
    (row,) = run(database, "MATCH (n:Entity {id: $id}) RETURN properties(n) AS p", id=id_)
    return dict(row["p"])


def test_what_is_adopted_can_be_exported(museum: Database, place: dict[str, Any]) -> None:
    adoption = adopt(museum, SPEC, **place)
    assert adoption == Adoption(
        entities={"Painting": 2, "Work": 1, "Painter": 1},
        facts={"COPY_OF": 2, "PAINTED_BY": 2},
        left_out={"PAINTED_BY": 1},
        changed=4,
        new_facts=4,
        ingested=0,
        broken=adoption.broken,
    )
    assert list(adoption.broken) == ["gone.png"]

    data = export(museum)
    assert {kind: data[kind].id for kind in data.node_types} == {
        "Painter": ["hopper"],
        "Painting": ["Q1", "Q2"],
        "Work": ["3"],
    }
    assert data["Painting"].name == ["Gas", "Nighthawks"]
    assert set(facts_of(data)[["head", "relation", "tail"]].itertuples(index=False, name=None)) == {
        ("Q1", "PAINTED_BY", "hopper"),
        ("Q2", "PAINTED_BY", "hopper"),
        ("3", "COPY_OF", "Q2"),
    }


def test_properties_are_copied_under_our_names(museum: Database, place: dict[str, Any]) -> None:
    adopt(museum, SPEC, **place)
    gas = node(museum, "Q1")
    assert (gas["name"], gas["text"], gas["image"]) == ("Gas", "A pump.", "gas.png")
    assert gas["image_sha256"] in place["store"]
    assert gas["primary_label"] == "Painting"
    assert gas["adopted"] == ["id", "name", "text", "image"]
    assert gas["sources"] == ["adopted"]
    hawks = node(museum, "Q2")
    assert "image_sha256" not in hawks
    assert hawks["primary_label"] == "Painting"
    assert node(museum, "hopper")["adopted"] == []
    (fact,) = run(museum, "MATCH ({id: 'Q1'})-[r:PAINTED_BY]->() RETURN properties(r) AS p")
    assert fact["p"]["sources"] == ["adopted"]
    assert fact["p"]["since"] == 1940


def test_the_split_is_drawn_by_the_ends(database: Database, place: dict[str, Any]) -> None:
    run(
        database,
        "UNWIND range(1, 300) AS i CREATE (:Painting {wikidata: 'a' + i})-[:COPY_OF]->(:Painting {wikidata: 'b' + i})",
    )
    shares = Shares(0.5, 0.25, 0.25)
    adopt(database, AdoptSpec({"Painting": {"id": "wikidata"}}, ["COPY_OF"]), shares=shares, **place)
    facts = facts_of(export(database))
    assert facts["split"].tolist() == split_pairs(facts["head"], facts["tail"], shares).tolist()
    assert 100 < (facts["split"] == "train").sum() < 200


def test_a_dry_run_counts_and_writes_nothing(museum: Database, place: dict[str, Any]) -> None:
    before = dump(museum)
    planned = adopt(museum, SPEC, dry_run=True, **place)
    assert dump(museum) == before
    assert run(museum, "SHOW CONSTRAINTS YIELD name") == []
    assert not (place["folder"] / "pictures").exists()
    done = adopt(museum, SPEC, **place)
    assert (planned.entities, planned.facts, planned.left_out) == (done.entities, done.facts, done.left_out)
    assert (planned.changed, planned.new_facts) == (done.changed, done.new_facts)


def test_adopting_again_changes_only_what_changed(museum: Database, place: dict[str, Any]) -> None:
    adopt(museum, SPEC, **place)
    before = dump(museum)
    again = adopt(museum, SPEC, **place)
    assert (again.changed, again.new_facts) == (0, 0)
    assert dump(museum) == before

    run(museum, "MATCH (n {wikidata: 'Q1'}) SET n.title = 'Gas station' REMOVE n.photo")
    run(museum, "MATCH (n {wikidata: 'Q2'}), (h:Painter) CREATE (n)-[:PAINTED_BY]->(h)")
    again = adopt(museum, SPEC, **place)
    assert (again.changed, again.new_facts) == (1, 1)
    gas = node(museum, "Q1")
    assert gas["name"] == "Gas station"
    assert gas["adopted"] == ["id", "name", "text"]
    assert not {"image", "image_sha256"} & gas.keys()


def test_a_picture_whose_file_is_gone_stays_while_the_owner_names_it(museum: Database, place: dict[str, Any]) -> None:
    adopt(museum, SPEC, **place)
    before = dump(museum)
    (place["folder"] / "gas.png").unlink()
    again = adopt(museum, SPEC, **place)
    assert (sorted(again.broken), again.changed) == (["gas.png", "gone.png"], 0)
    assert dump(museum) == before
    run(museum, "MATCH (n {wikidata: 'Q1'}) SET n.photo = 'other.png'")
    adopt(museum, SPEC, **place)
    assert "image_sha256" not in node(museum, "Q1")


def test_unadopting_gives_the_graph_back(museum: Database, place: dict[str, Any]) -> None:
    before = dump(museum)
    adopt(museum, SPEC, **place)
    vectors.activate(museum, "textual", Encoder("net", "abc", 2))
    run(museum, "MATCH (n:Entity) SET n.textual = [1.0, 2.0], n.textual_digest = 'd', n.held_out = 'val'")
    run(museum, "MATCH (a {id: 'Q1'}), (b {id: 'Q2'}) CREATE (a)-[:PREDICTED {vlkge: true, relation: 'r'}]->(b)")
    run(
        museum,
        "CREATE (n:Entity:Vlkge:Style {id: 's', sources: ['file']}) WITH n MATCH (a {id: 'Q1'}) "
        "CREATE (a)-[:hasStyle {vlkge: true, split: 'train', sources: ['file']}]->(n)",
    )
    taken = {
        "entities": {"Painter": 1, "Painting": 2, "Work": 1},
        "vectors": {"textual": 4},
        "facts": {"COPY_OF": 2, "PAINTED_BY": 2},
        "other_facts": {"hasStyle": 1},
        "predicted": {"r": 1},
    }
    listed = Unadoption(entities=4, facts=4, other_facts=1, predicted=1, taken=taken)
    assert unadopt(museum, dry_run=True) == listed
    assert unadopt(museum) == listed
    run(museum, "MATCH (n:Entity {id: 's'}) DELETE n")
    run(museum, "MATCH (n:Encoder) DELETE n")
    assert dump(museum) == before
    assert unadopt(museum) == Unadoption(0, 0, 0, 0)


def test_a_graph_with_our_names_for_its_own_properties_comes_back_too(
    database: Database, place: dict[str, Any]
) -> None:
    run(
        database,
        "CREATE (a:Painting {id: 'Q1', name: 'Gas', text: 'A pump.', image: 'gas.png'})"
        "-[:COPY_OF]->(:Painting {id: 'Q2', name: 'Nighthawks'}), (:Visitor {id: 'Q1', sources: 'door'})",
    )
    before = dump(database)
    mapping = {"id": "id", "name": "name", "text": "text", "picture": "image"}
    adopt(database, AdoptSpec({"Painting": mapping}, ["COPY_OF"]), **place)
    assert node(database, "Q1")["image_sha256"] in place["store"]
    unadopt(database)
    assert dump(database) == before


def test_killed_in_the_middle_and_run_again_it_is_the_same_graph(
    museum: Database, place: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = dump(museum)
    adopt(museum, SPEC, **place)
    whole = dump(museum, times=False)
    unadopt(museum)
    monkeypatch.setattr("graph.loading.adopt.NODES_PER_BATCH", 1)
    monkeypatch.setattr("graph.loading.adopt.HEADS_PER_PAGE", 1)
    for stop in (2, 5, 7):  # in the pictures, the nodes, the facts
        with pytest.raises(KeyboardInterrupt):
            adopt(museum, SPEC, progress=Stop(stop), **place)
        if stop > 2:
            assert dump(museum) != plain
        if stop != 5:
            adopt(museum, SPEC, **place)
            assert dump(museum, times=False) == whole
        unadopt(museum)
        assert dump(museum) == plain


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("MATCH (n {wikidata: 'Q1'}) SET n.id = 'A1'", "the node's own `id` differs from `wikidata`.*: 'Q1'"),
        ("MATCH (n {wikidata: 'Q1'}) SET n.name = 'A pump'", "the node's own `name` differs from `title`"),
        ("MATCH (n:Painter) SET n.text = 'Painter.'", "Painter: the node's own `text` is not mapped.*'hopper'"),
        ("MATCH (n:Painter) SET n.name = 7", "the node's own `name` differs from `name`, or is no text"),
        ("MATCH (n:Painter) SET n.sources = ['me']", "Painter: the node has a property `sources` of its own"),
        ("MATCH (n:Painter) SET n:Entity", "Painter: the node has a label Entity of its own"),
        (
            "MATCH (n {wikidata: 'Q1'}) REMOVE n.wikidata",
            r"Painting: no `wikidata`, or one that is no text or number: .* in all\); in the specification, "
            r'`skip_without_id = \["Painting"\]` leaves them out',
        ),
        (
            "MATCH (n {wikidata: 'Q1'}) SET n.wikidata = ' '",
            r"Painting: blank `wikidata`: ' ' \(1 in all\); in the spec",
        ),
        (
            "MATCH (n {wikidata: 'Q1'}) SET n.title = ['a', 'b']",
            'Painting: `title` is no text or number.*`lists = "first"` takes the first of a list, .languages',
        ),
        (
            "MATCH (n:Painter) SET n.id = 7",
            "own `id` differs from `id`, or is no text.*; with .*VLKGE_PREFIX=vk_, ours",
        ),
        (
            "MATCH (n {wikidata: 'Q1'}) SET n.wikidata = '3'",
            r'`\[labels.Painting\] id_prefix = "painting/"` sets them apart; .*`\[labels.Work\] id_prefix = "work/"`',
        ),
        ("MATCH (n:Painter) SET n.id = 'Q1'", r"ids that more than one node has: 'Q1' \(1 in all\)"),
        ("CREATE (:Entity:Style {id: 'Q2', sources: ['file']})", r"other entities of the graph have already: 'Q2'"),
        ("MATCH ()-[r:PAINTED_BY {since: 1940}]->() SET r.sources = 'me'", "under our names: PAINTED_BY sources: "),
    ],
)
def test_what_would_be_overwritten_is_refused(
    museum: Database, place: dict[str, Any], change: str, message: str
) -> None:
    run(museum, change)
    before = dump(museum)
    with pytest.raises(InputError, match=message):
        adopt(museum, SPEC, **place)
    assert dump(museum) == before


def test_all_that_stands_in_the_way_is_told_at_once(museum: Database, place: dict[str, Any]) -> None:
    run(museum, "CREATE (:Painting {title: 'No number'}), (:Painter {id: 'hopper'}), (:Entity:Work {number: 9})")
    run(museum, "UNWIND [1, 2] AS i CREATE (:Model {version: '1:50'})")
    run(museum, "CREATE INDEX entity_words FOR (n:Work) ON (n.number)")
    before = dump(museum)
    for dry_run in (True, False):
        with pytest.raises(InputError) as caught:
            adopt(museum, SPEC, dry_run=dry_run, **place)
        first, *problems = str(caught.value).splitlines()
        assert first == "the graph cannot be adopted; nothing was written:"
        assert [problem.split(": ")[0] for problem in problems[:2]] == ["Painting", "Work"]
        for said in (
            r'no `wikidata`.*`skip_without_id = \["Painting"\]` leaves them out',
            "Work: the node has a label Entity of its own: '9'",
            r"ids that more than one node has: 'hopper' \(1 in all\); no property of Painter is unique",
            "entity_words RANGE Work.number. is there, where entity_words FULLTEXT",
            r"share a value of Model.version, which only one may have: '1:50 \(2\)'",
        ):
            assert len([problem for problem in problems if re.search(said, problem)]) == 1, said
        assert len(problems) == 5
    assert dump(museum) == before


def test_a_property_that_would_do_as_id_is_named(museum: Database, place: dict[str, Any]) -> None:
    run(museum, "MATCH (n:Painting) SET n.wikidata = 'Q1', n.shelf = elementId(n)")
    with pytest.raises(InputError, match=r'`\[labels.Painting\] id = "shelf"` is unique'):
        adopt(museum, SPEC, **place)


def test_nodes_without_an_id_can_be_left_out(museum: Database, place: dict[str, Any]) -> None:
    run(museum, "MATCH (h:Painter) CREATE (:Painting {title: 'No number'})-[:PAINTED_BY]->(h)")
    spec = AdoptSpec(SPEC.labels, SPEC.relations, skip_without_id=["Painting"])
    adoption = adopt(museum, spec, **place)
    assert adoption.without_id == {"Painting": 1}
    assert adoption.entities["Painting"] == 2
    assert adoption.left_out == {"PAINTED_BY": 2}
    assert adopt(museum, spec, **place).changed == 0
    with pytest.raises(
        InputError, match=r"skip_without_id is .'Gallery'.; it must be a list of labels out of: Painting"
    ):
        AdoptSpec(SPEC.labels, SPEC.relations, skip_without_id=["Gallery"])


def test_of_many_duplicates_the_first_five_are_named(database: Database, place: dict[str, Any]) -> None:
    run(database, "UNWIND range(10, 19) AS i UNWIND [1, 2] AS twice CREATE (:Painting {wikidata: 'Q' + i})")
    with pytest.raises(InputError, match=r"'Q10', 'Q11', 'Q12', 'Q13', 'Q14', … \(10 in all\)"):
        adopt(database, AdoptSpec({"Painting": {"id": "wikidata"}}), **place)


def test_ids_that_are_numbers_become_text_and_an_equal_id_stays(museum: Database, place: dict[str, Any]) -> None:
    run(museum, "MATCH (n {wikidata: 'Q2'}) SET n.id = 'Q2'")
    adopt(museum, SPEC, **place)
    assert node(museum, "3")["number"] == 3
    assert node(museum, "Q2")["adopted"] == ["name", "image"]
    unadopt(museum)
    assert run(museum, "MATCH (n {wikidata: 'Q2'}) RETURN n.id AS id") == [{"id": "Q2"}]


def test_nodes_that_an_ingest_brought_are_left_alone(museum: Database, place: dict[str, Any]) -> None:
    run(museum, "CREATE (:Entity:Vlkge:Painting {id: 'file:1', primary_label: 'Painting', sources: ['file']})")
    adoption = adopt(museum, SPEC, **place)
    assert adoption.ingested == 1
    assert adoption.entities["Painting"] == 2
    assert "adopted" not in node(museum, "file:1")


def test_what_the_graph_does_not_have_is_named_with_what_it_has(museum: Database, place: dict[str, Any]) -> None:
    def refused(message: str, labels: dict[str, dict[str, str]], relations: tuple[str, ...] = ()) -> None:
        with pytest.raises(InputError, match=message):
            adopt(museum, AdoptSpec(labels, relations), **place)

    refused("label 'Paintings' .*the labels are: Painter, Painting, Visitor, Work", {"Paintings": {"id": "x"}})
    refused("Painting has the property 'titel' .*they have: note, .*, wikidata", {"Painting": {"id": "titel"}})
    refused("type 'painted' .*types are: COPY_OF, KNOWS, PAINTED_BY, SAW", {"Painter": {"id": "id"}}, ("painted",))


def test_the_specification_is_a_toml_file(tmp_path: Path) -> None:
    path = tmp_path / "adopt.toml"
    path.write_text(
        'relations = ["PAINTED_BY", "COPY_OF"]\n'
        '[labels.Painting]\nid = "wikidata"\nname = "title"\ntext = "note"\npicture = "photo"\n'
        '[labels.Work]\nid = "number"\n[labels.Painter]\nid = "id"\nname = "name"\n'
    )
    spec = AdoptSpec.read(path)
    assert spec == SPEC
    assert list(spec.labels) == ["Painting", "Work", "Painter"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("labels = 3", "labels is 3"),
        ("", "names no label"),
        ("label = 1", r"has 'label' \(1 in all\); allowed are: labels, relations, skip_without_id, lang"),
        ("[labels.Entity]\nid = 'x'", "'Entity' .* is reserved"),
        ("relations = ['PREDICTED']\n[labels.A]\nid = 'x'", "'PREDICTED' .* is reserved"),
        ("relations = 'knows'\n[labels.A]\nid = 'x'", "must be a list"),
        ("[labels.A]\nname = 'x'", "does not say which property is the id"),
        (
            "[labels.A]\nid = 'x'\nimage = 'y'",
            r"maps 'image' \(1 in all\); allowed are: id, name, text, picture, id_prefix",
        ),
        ("[labels.A]\nid = 7", "the property 7; it must be a name"),
        ("[labels.A]\nid = []", r"the property \[\]; it must be a name"),
        ("[labels.A]\nid = ['no', 7]", "the property 7; it must be a name"),
        ("[labels.A]\nid = 'x'\nname = ['a', 'b']", r"the property \['a', 'b'\]; it must be a name"),
        ("[labels]\nA = 'x'", "maps to 'x'"),
        ("labels =", "is no TOML file"),
        ("[labels.A]\nid = 'x'\nwhere = 3", "where = 3; it must be like"),
        ("lists = 'last'\n[labels.A]\nid = 'x'", "lists is 'last'; it must be \"first\""),
        ("languages = 'en'\n[labels.A]\nid = 'x'", "languages is 'en'; it must be a list of language tags"),
        ("[facts.R]\npath = 'P'\n[labels.A]\nid = 'x'", "'R' has the path 'P'; it must be a list of types"),
        ("[facts.R]\npath = ['<']\n[labels.A]\nid = 'x'", "'R' has the path .'<'.; it must be a list of types"),
        ("[facts.R]\nvia = 1\n[labels.A]\nid = 'x'", r"'R' has 'via' \(1 in all\); allowed are: where, path"),
        ("relations = ['R']\n[facts.R]\npath = ['P']\n[labels.A]\nid = 'x'", "'R' is a type and a path"),
    ],
)
def test_a_wrong_specification_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "adopt.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        AdoptSpec.read(path)
    with pytest.raises(InputError, match="there is no file"):
        AdoptSpec.read(tmp_path / "absent.toml")


def test_everything_reserved_is_taken_away_again() -> None:
    text = cypher.load("adopt/release_nodes").text
    assert [name for name in reserved.ENTITY_PROPERTIES if f"n.{name}" not in text] == []
    text = cypher.load("adopt/release_facts").text
    assert [name for name in reserved.FACT_PROPERTIES if f"r.{name}" not in text] == []
