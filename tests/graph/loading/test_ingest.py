"""Ingests into a real Neo4j."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from base.errors import InputError
from graph.connection import Address, Database, Row
from graph.loading import ingest as ingesting
from graph.loading.files import read_source
from graph.loading.ingest import IngestResult, ingest
from graph.pictures import PictureStore
from graph.splits import Shares, split_pairs

ENTITIES = """id,label,name,text,image,year:int,the `odd` "one"
Q1,Artwork,Sunflowers,Yellow,red.png,1888,a`b
Q2,Artwork,Irises,,absent.png,1889,
Q3,Artist,Vincent van Gogh,,,,"x""y'z"
Q4,"La`bel ""L"" 'l' ü",Odd,,,,
"""
TRIPLES = """head,relation,tail,split
Q1,isCreatedBy,Q3,train
Q2,isCreatedBy,Q3,train
Q2,"has `ti``ck` ""q"" \\u0060",Q4,test
Q3,isInfluencedBy,Q3,
"""

Run = Callable[..., IngestResult]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "museum"
    folder.mkdir()
    (folder / "entities.csv").write_text(ENTITIES)
    (folder / "triples.csv").write_text(TRIPLES)
    content = BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "PNG")
    (folder / "red.png").write_bytes(content.getvalue())
    return folder


@pytest.fixture
def run(database: Database, folder: Path, tmp_path: Path) -> Run:
    def run(name: str = "museum", **options: object) -> IngestResult:
        source = read_source(folder, name=name)
        return ingest(database, source, PictureStore(tmp_path / "store"), **options)

    return run


def dump(database: Database, times: bool = True) -> tuple[list[Row], list[Row]]:
    """All nodes and all relationships with all that they hold."""
    with database.session() as session:
        nodes = session.run(
            "MATCH (n) WHERE NOT n:Schema RETURN labels(n) AS labels, properties(n) AS has ORDER BY n.id"
        ).data()
        links = session.run(
            "MATCH (h)-[r]->(t) RETURN h.id AS head, type(r) AS relation, t.id AS tail, properties(r) AS has "
            "ORDER BY head, relation, tail"
        ).data()
    for row in nodes:
        row["labels"].sort()
    for row in [] if times else [*nodes, *links]:
        row["has"].pop("updated_at", None)
        row["has"].pop("asserted_at", None)
    return nodes, links


def one(database: Database, query: str) -> Any:
    with database.session() as session:
        record = session.run(query).single(strict=True)
    return record.value()


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_graph_holds_what_the_files_say(run: Run, database: Database, folder: Path) -> None:
    result = run()
    assert result.entities.model_dump() == {"added": 4, "changed": 0, "unchanged": 0, "removed": 0, "before": 0}
    assert result.facts.model_dump() == {"added": 4, "changed": 0, "unchanged": 0, "removed": 0, "before": 0}
    nodes, links = dump(database, times=False)
    digest = PictureStore(folder.parent / "store").add((folder / "red.png").read_bytes())
    assert nodes[0] == {
        "labels": ["Artwork", "Entity", "Vlkge"],
        "has": {
            "id": "Q1",
            "primary_label": "Artwork",
            "name": "Sunflowers",
            "text": "Yellow",
            "image": "red.png",
            "image_sha256": digest,
            "year": 1888,
            'the `odd` "one"': "a`b",
            "sources": ["museum"],
        },
    }
    assert nodes[3]["labels"] == ["Entity", "La`bel \"L\" 'l' ü", "Vlkge"]
    assert all(row["has"]["vlkge"] for row in links)
    loop = str(split_pairs(["Q3"], ["Q3"], Shares())[0])
    assert [(row["head"], row["relation"], row["tail"], row["has"]["split"]) for row in links] == [
        ("Q1", "isCreatedBy", "Q3", "train"),
        ("Q2", 'has `ti``ck` "q" \\u0060', "Q4", "test"),
        ("Q2", "isCreatedBy", "Q3", "train"),
        ("Q3", "isInfluencedBy", "Q3", loop),
    ]


def test_a_second_run_writes_nothing(run: Run, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    before = dump(database)
    monkeypatch.setattr(ingesting, "setup_schema", lambda _: None)
    written: list[str] = []
    write = Database.write
    monkeypatch.setattr(Database, "write", lambda self, name, **kw: (written.append(name), write(self, name, **kw))[1])
    result = run(prune=True)
    assert result.entities.unchanged == 4
    assert result.facts.unchanged == 4
    assert written == []
    assert dump(database) == before


def test_updated_at_moves_only_where_something_changed(run: Run, database: Database, folder: Path) -> None:
    run()
    before = {row["has"]["id"]: row["has"]["updated_at"] for row in dump(database)[0]}
    replace(folder / "entities.csv", "Irises", "Irises II")
    replace(folder / "entities.csv", "Yellow", "")
    result = run()
    after = {row["has"]["id"]: row["has"]["updated_at"] for row in dump(database)[0]}
    assert {i for i in after if after[i] != before[i]} == {"Q1", "Q2"}
    assert (result.entities.changed, result.entities.unchanged) == (2, 2)
    assert one(database, "MATCH (n:Entity {id: 'Q1'}) RETURN n.text IS NULL") is True


def test_a_dry_run_says_what_it_would_do_and_does_nothing(run: Run, database: Database, folder: Path) -> None:
    assert run(dry_run=True).facts.added == 4
    assert dump(database) == ([], [])
    assert not (folder.parent / "store").exists()
    run()
    replace(folder / "triples.csv", "Q1,isCreatedBy,Q3,train\n", "")
    before = dump(database)
    result = run(dry_run=True, prune=True, prune_limit=0.5)
    assert (result.facts.removed, result.facts.unchanged) == (1, 3)
    assert result.pictures is not None
    assert [broken.id for broken in result.pictures.broken] == ["Q2"], "pictures are looked at"
    assert dump(database) == before


def test_a_broken_picture_is_listed_and_tried_again(run: Run, database: Database, folder: Path) -> None:
    result = run()
    assert result.pictures is not None
    assert [(p.id, p.image) for p in result.pictures.broken] == [("Q2", "absent.png")]
    assert "no such file" in result.pictures.broken[0].reason
    (folder / "absent.png").write_bytes((folder / "red.png").read_bytes())
    again = run()
    assert again.pictures is not None
    assert (again.pictures.broken, again.pictures.stored, again.pictures.changed) == ([], 1, 1)
    (folder / "red.png").write_bytes(b"no picture")
    run()
    pictures = one(database, "MATCH (n:Entity) WHERE n.image_sha256 IS NOT NULL RETURN collect(n.id)")
    assert pictures == ["Q2"]


def test_a_picture_whose_file_is_gone_stays_until_a_prune(run: Run, database: Database, folder: Path) -> None:
    run()
    before = dump(database, times=False)
    (folder / "red.png").unlink()
    for dry_run in (True, False):
        pictures = run(dry_run=dry_run).pictures
        assert pictures is not None
        assert ([p.id for p in pictures.broken], pictures.kept, pictures.changed) == (["Q1", "Q2"], 1, 0)
    assert dump(database, times=False) == before
    for dry_run in (True, False):
        pictures = run(dry_run=dry_run, prune=True).pictures
        assert pictures is not None
        assert (len(pictures.broken), pictures.kept, pictures.changed) == (2, 0, 1)
    assert one(database, "MATCH (n:Entity) WHERE n.image_sha256 IS NOT NULL RETURN count(n)") == 0


def test_another_address_without_a_file_keeps_no_picture_of_the_former_one(
    run: Run, database: Database, folder: Path
) -> None:
    run()
    replace(folder / "entities.csv", "red.png", "blue.png")
    pictures = run().pictures
    assert pictures is not None
    assert pictures.kept == 0
    assert one(database, "MATCH (n:Entity) WHERE n.image_sha256 IS NOT NULL RETURN count(n)") == 0


def test_two_sources_assert_one_fact_until_both_let_go(run: Run, database: Database, folder: Path) -> None:
    run()
    alone = dump(database, times=False)
    run("archive")
    assert one(database, "MATCH ()-[r]->() RETURN collect(DISTINCT r.sources)") == [["museum", "archive"]]
    whole = (folder / "triples.csv").read_text(), (folder / "entities.csv").read_text()
    replace(folder / "triples.csv", "Q3,isInfluencedBy,Q3,\n", "")
    replace(folder / "triples.csv", TRIPLES.splitlines()[3] + "\n", "")
    replace(folder / "entities.csv", ENTITIES.splitlines()[4] + "\n", "")
    result = run("archive", prune=True, prune_limit=0.5)
    assert (result.facts.removed, result.entities.removed, result.facts.before, result.entities.before) == (2, 1, 4, 4)
    assert one(database, "MATCH (n:Entity {id: 'Q4'}) RETURN n.sources") == ["museum"]
    assert one(database, "MATCH ()-[r:isInfluencedBy]->() RETURN r.sources") == ["museum"]
    run("museum", prune=True, prune_limit=0.5)
    assert one(database, "MATCH (n:Entity) RETURN collect(n.id)") == ["Q1", "Q2", "Q3"]
    assert one(database, "MATCH ()-[r]->() RETURN count(r)") == 2
    (folder / "triples.csv").write_text(whole[0])
    (folder / "entities.csv").write_text(whole[1])
    run("museum")
    run("archive")
    assert len(dump(database)[1]) == len(alone[1])


def test_without_prune_nothing_goes(run: Run, database: Database, folder: Path) -> None:
    run()
    replace(folder / "triples.csv", "Q3,isInfluencedBy,Q3,\n", "")
    before = dump(database)
    assert run().facts.removed == 1
    assert dump(database) == before


def test_pruning_much_is_refused_with_the_figures(run: Run, database: Database, folder: Path) -> None:
    run()
    replace(folder / "triples.csv", "Q3,isInfluencedBy,Q3,\n", "")
    before = dump(database)
    with pytest.raises(InputError, match=r"no longer hold 1 of 4 facts \(25%\); pruning takes away at most 20%"):
        run(prune=True)
    assert dump(database) == before
    run(prune=True, prune_limit=0.25)
    assert one(database, "MATCH ()-[r]->() RETURN count(r)") == 3


def test_an_entity_stays_while_an_accepted_prediction_needs_it(run: Run, database: Database, folder: Path) -> None:
    run()
    with database.session() as session:
        session.run(
            "MATCH (a:Entity {id: 'Q1'}), (b:Entity {id: 'Q4'}) "
            "CREATE (a)-[:depicts {vlkge: true, split: 'train', sources: ['prediction']}]->(b), "
            "(a)-[:PREDICTED {vlkge: true, key: 'k'}]->(b)"
        ).consume()
    replace(folder / "triples.csv", TRIPLES.splitlines()[3] + "\n", "")
    replace(folder / "entities.csv", ENTITIES.splitlines()[4] + "\n", "")
    run(prune=True, prune_limit=0.5)
    assert one(database, "MATCH (n:Entity {id: 'Q4'}) RETURN n.sources") == []
    with database.session() as session:
        session.run("MATCH ()-[r:depicts]->() DELETE r").consume()
    run(prune=True)
    assert one(database, "MATCH (n:Entity {id: 'Q4'}) RETURN count(n)") == 0


def test_another_source_adds_but_does_not_blank(run: Run, database: Database, folder: Path) -> None:
    run()
    (folder / "entities.csv").write_text("id,label,text,name\nQ1,Artwork,,\nQ3,Artist,A painter,\n")
    (folder / "triples.csv").write_text("head,relation,tail\nQ1,isCreatedBy,Q3\n")
    run("archive")
    assert one(database, "MATCH (n:Entity {id: 'Q1'}) RETURN [n.name, n.text]") == ["Sunflowers", "Yellow"]
    assert one(database, "MATCH (n:Entity {id: 'Q3'}) RETURN n.text") == "A painter"


def test_a_label_that_differs_is_refused_with_both(run: Run, database: Database, folder: Path) -> None:
    run()
    before = dump(database)
    replace(folder / "entities.csv", "Q3,Artist", "Q3,Person")
    with pytest.raises(InputError, match="'Q3 is Artist in the graph, Person in the files'"):
        run()
    assert dump(database) == before


def test_a_split_never_changes_once_written(run: Run, database: Database, folder: Path) -> None:
    run()
    before = dump(database)
    replace(folder / "triples.csv", "Q1,isCreatedBy,Q3,train", "Q1,isCreatedBy,Q3,val")
    with pytest.raises(InputError, match="Q1 isCreatedBy Q3 is train in the graph, val in the files"):
        run()
    # Without a split in the files, the written one stays, whatever the shares are now.
    (folder / "triples.csv").write_text(TRIPLES.replace(",train", ",").replace(",test", ","))
    assert run(shares=Shares(0.0, 0.0, 1.0)).facts.unchanged == 4
    assert dump(database) == before


def test_entities_that_a_source_holds_out_are_marked_and_later_facts_inherit(
    run: Run, database: Database, folder: Path
) -> None:
    result = run()
    assert result.held_out == {"test": 1}
    assert one(database, "MATCH (n:Entity) WHERE n.held_out IS NOT NULL RETURN n.id + n.held_out") == "Q4test"
    (folder / "triples.csv").write_text(TRIPLES + "Q4,madeBy,Q3,\nQ1,like,Q4,\n")
    run(shares=Shares(1.0, 0.0, 0.0))
    assert one(database, "MATCH ()-[r:madeBy|like]->() RETURN collect(r.split)") == ["test", "test"]
    (folder / "triples.csv").write_text(TRIPLES + "Q4,seen,Q1,train\n")
    with pytest.raises(InputError, match="Q4 seen Q1 is train, an end is held out for test"):
        run()


def test_a_share_of_a_label_is_held_out_wholly(database: Database, tmp_path: Path) -> None:
    works = [f"w{i}" for i in range(400)]
    pd.DataFrame({"id": [*works, "a"], "label": ["Work"] * 400 + ["Artist"]}).to_parquet(tmp_path / "entities.parquet")
    facts = pd.DataFrame({"head": works * 2, "relation": ["by"] * 400 + ["likes"] * 400, "tail": "a"})
    facts.to_parquet(tmp_path / "triples.parquet")
    source, store = read_source(tmp_path), PictureStore(tmp_path / "store")
    result = ingest(database, source, store, shares=Shares(1.0, 0.0, 0.0), hold_out={"Work": 0.1})
    marked = one(database, "MATCH (n:Entity) WHERE n.held_out IS NOT NULL RETURN count(n)")
    assert 20 <= marked <= 60
    assert sum(result.held_out.values()) == marked
    assert result.splits["val"] + result.splits["test"] == 2 * marked
    wrong = "MATCH (n:Work)-[r]->() WHERE coalesce(n.held_out, 'train') <> r.split RETURN count(r)"
    assert one(database, wrong) == 0
    before = dump(database)
    ingest(database, source, store, shares=Shares(1.0, 0.0, 0.0), hold_out={"Work": 0.1})
    assert dump(database) == before
    with pytest.raises(InputError, match=r"no entity to hold out has the label 'Wrok'.*there are: Artist, Work"):
        ingest(database, source, store, hold_out={"Wrok": 0.1})


def test_entities_made_from_triples_leave_known_ones_as_they_are(run: Run, database: Database, folder: Path) -> None:
    run()
    (folder / "entities.csv").unlink()
    (folder / "triples.csv").write_text("head,relation,tail\nQ1,depicts,vase\n")
    source = read_source(folder, name="more", entities_from_triples=True)
    ingest(database, source, PictureStore(folder.parent / "store"))
    assert one(database, "MATCH (n:Artwork {id: 'Q1'}) RETURN [n.name, n.primary_label]") == ["Sunflowers", "Artwork"]
    assert one(database, "MATCH (n:Thing {id: 'vase'}) RETURN n.primary_label") == "Thing"
    assert one(database, "MATCH (n:Thing) RETURN count(n)") == 1


def test_further_columns_of_triples_become_properties(run: Run, database: Database, folder: Path) -> None:
    (folder / "triples.csv").write_text("head,relation,tail,page:int,note\nQ1,isCreatedBy,Q3,12,letter\nQ2,r,Q3,,\n")
    run()
    assert one(database, "MATCH ()-[r:isCreatedBy]->() RETURN [r.page, r.note]") == [12, "letter"]
    before = dump(database)
    assert run().facts.unchanged == 2
    assert dump(database) == before
    replace(folder / "triples.csv", "12,letter", "13,")
    assert run().facts.changed == 1
    assert one(database, "MATCH ()-[r:isCreatedBy]->() RETURN [r.page, r.note]") == [13, None]


KILLED = """
import os, signal, sys
from pathlib import Path
from graph.loading import ingest as module, pruning
from graph.connection import Address, Database, connect
from graph.loading.files import read_source
from graph.pictures import PictureStore

module.BATCH, module.FIRST_BATCH, pruning.BATCH, left = 2, 1, 2, [int(sys.argv[3])]
write = Database.write

def write_or_die(self, name, **parameters):
    if name.startswith("ingest/"):
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
    return write(self, name, **parameters)

Database.write = write_or_die
database = connect(Address(sys.argv[4], sys.argv[5], sys.argv[6]))
store = PictureStore(Path(sys.argv[2]))
module.ingest(database, read_source(Path(sys.argv[1])), store, prune=True, prune_limit=1.0)
"""


@pytest.mark.parametrize("writes", [1, 4, 7])
def test_killed_anywhere_and_run_again_the_graph_is_the_same(
    run: Run, database: Database, server: Address, folder: Path, writes: int
) -> None:
    run(name="museum")
    replace(folder / "entities.csv", "Irises", "Irises II")
    replace(folder / "entities.csv", "Sunflowers", "Sunflowers II")
    (folder / "entities.csv").write_text((folder / "entities.csv").read_text() + "Q5,Artist,Gauguin,,red.png,,\n")
    (folder / "triples.csv").write_text("head,relation,tail\nQ1,r,Q5\nQ2,r,Q5\nQ3,r,Q5\nQ5,r,Q1\n")
    place = [str(folder), str(folder.parent / "store"), str(writes), server.uri, server.username, server.password]
    ended = subprocess.run([sys.executable, "-c", KILLED, *place], env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert ended.returncode == -signal.SIGKILL
    run(name="museum", prune=True, prune_limit=1.0)
    nodes, links = dump(database, times=False)
    names = [row["has"]["name"] for row in nodes]
    assert names == ["Sunflowers II", "Irises II", "Vincent van Gogh", "Odd", "Gauguin"]
    assert [bool(row["has"].get("image_sha256")) for row in nodes] == [True, False, False, False, True]
    facts = {(row["head"], row["relation"], row["tail"], row["has"]["split"]) for row in links}
    pairs = [("Q1", "Q5"), ("Q2", "Q5"), ("Q3", "Q5"), ("Q5", "Q1")]
    parts = split_pairs([h for h, _ in pairs], [t for _, t in pairs], Shares())
    assert facts == {(h, "r", t, str(part)) for (h, t), part in zip(pairs, parts, strict=True)}
    assert all(row["has"]["sources"] == ["museum"] for row in [*nodes, *links])
    left = run(name="museum", prune=True).facts
    assert (left.added, left.changed, left.unchanged, left.removed, left.before) == (0, 0, 4, 0, 4)


def test_real_art_facts_keep_their_splits(database: Database, tmp_path: Path) -> None:
    art = Path(__file__).parents[4] / "shared" / "data" / "art"
    if not art.is_dir():
        pytest.skip(f"the real data is not at {art}")
    result = ingest(database, read_source(art), PictureStore(tmp_path))
    assert result.splits == {"train": 91_488, "val": 11_563, "test": 11_182}
    assert one(database, "MATCH (:Entity)-[r]->(:Entity) WHERE r.split = 'train' RETURN count(r)") == 91_488
    assert result.pictures is not None
    assert (result.pictures.stored, result.pictures.broken) == (275, [])
    assert one(database, "MATCH (n:Entity) WHERE n.image_sha256 IS NOT NULL RETURN count(n)") == 275
    leaks = "MATCH (n:Entity)-[r]-(:Entity) WHERE n.held_out IS NOT NULL AND r.split <> n.held_out RETURN count(r)"
    assert one(database, leaks) == 0
