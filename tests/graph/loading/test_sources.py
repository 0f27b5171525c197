"""Several sources in one graph: who they are, whom they go before, and what is left when one changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from base.errors import InputError
from graph.connection import Database
from graph.loading.files import read_source
from graph.loading.ingest import IngestResult, ingest
from graph.pictures import PictureStore

Bring = Callable[..., IngestResult]


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    """Ingests a folder of these files; its name is the source's unless `name` says another."""

    def bring(place: str, entities: str | None, triples: str, name: str | None = None, **options: Any) -> IngestResult:
        folder = tmp_path / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "triples.csv").write_text(triples)
        if entities is not None:
            (folder / "entities.csv").write_text(entities)
        source = read_source(folder, name=name, entities_from_triples=entities is None)
        return ingest(database, source, PictureStore(tmp_path / "store"), **options)

    return bring


def one(database: Database, query: str) -> Any:
    with database.session() as session:
        return session.run(query).single(strict=True).value()


FACT = "head,relation,tail\na,r,b\n"


def test_two_folders_of_one_name_are_asked_about(bring: Bring, database: Database) -> None:
    bring("one/export", "id,label\na,W\nb,W\n", FACT)
    with pytest.raises(
        InputError, match=r"the source 'export' came from .*one/export, and this folder is .*two/export"
    ):
        bring("two/export", "id,label\nc,W\n", "head,relation,tail\n", prune=True, prune_limit=1.0)
    assert one(database, "MATCH (n:Entity) RETURN collect(n.id)") == ["a", "b"]
    # A name is an answer: another source, or the same one that has moved.
    bring("two/export", "id,label\nc,W\n", "head,relation,tail\n", name="second")
    assert one(database, "MATCH (n:Entity {id: 'c'}) RETURN n.sources") == ["second"]
    bring("moved/export", "id,label\na,W\nb,W\n", FACT, name="export")
    assert bring("moved/export", "id,label\na,W\nb,W\n", FACT).entities.unchanged == 2


def test_who_came_first_is_believed_and_the_loser_is_told(bring: Bring, database: Database) -> None:
    value = "MATCH (n:Entity {id: 'a'}) RETURN n.year"
    bring("museum", "id,label,year\na,W,5\nb,W,\n", FACT)
    told = bring("archive", "id,label,year\na,W,7\nb,W,8\n", FACT).notes
    assert told == [
        "values of another source stand against this source's, as who came first is believed (--preferred changes "
        "that): \"a year: '5' (museum) over '7' (archive)\" (1 in all)"
    ]
    assert one(database, value) == "5"
    assert bring("museum", "id,label,year\na,W,5\nb,W,\n", FACT).notes == []
    # What the first leaves empty the second fills in, and may change.
    assert one(database, "MATCH (n:Entity {id: 'b'}) RETURN n.year") == "8"
    bring("archive", "id,label,year\na,W,7\nb,W,9\n", FACT)
    assert one(database, "MATCH (n:Entity {id: 'b'}) RETURN n.year") == "9"
    # Until the first says something itself.
    told = bring("museum", "id,label,year\na,W,6\nb,W,4\n", FACT).notes
    assert "\"b year: '4' (museum) over '9' (archive)\"" in told[0]
    assert one(database, value) == "6"
    bring("archive", "id,label,year\na,W,7\nb,W,9\n", FACT, preferred=True)
    assert one(database, value) == "7"
    assert bring("museum", "id,label,year\na,W,6\nb,W,4\n", FACT).entities.unchanged == 2
    assert one(database, value) == "7"


def test_facts_have_the_same_order(bring: Bring, database: Database) -> None:
    entities, page = "id,label\na,W\nb,W\n", "MATCH ()-[r:r]->() RETURN r.page"
    bring("museum", entities, "head,relation,tail,page\na,r,b,5\n")
    told = bring("archive", entities, "head,relation,tail,page,note\na,r,b,7,x\n").notes
    assert "\"a r b page: '5' (museum) over '7' (archive)\"" in told[0]
    bring("archive", entities, "head,relation,tail,page,note\na,r,b,7,y\n")
    assert one(database, page) == "5"
    assert one(database, "MATCH ()-[r:r]->() RETURN r.note") == "y"
    bring("museum", entities, "head,relation,tail,page\na,r,b,6\n")
    assert one(database, page) == "6"
    assert one(database, "MATCH ()-[r:r]->() RETURN r.note") == "y"


def test_a_column_that_is_gone_is_told_and_a_prune_takes_it_away(bring: Bring, database: Database) -> None:
    years = "MATCH (n:Entity) WITH n ORDER BY n.id RETURN collect(n.year)"
    bring("museum", "id,label,year\na,W,5\nb,W,6\n", "head,relation,tail,page\na,r,b,7\n")
    told = bring("museum", "id,label\na,W\nb,W\n", FACT).notes
    assert [note.split(";")[0] for note in told] == [
        "the files no longer have the column 'year' of entities",
        "the files no longer have the column 'page' of facts",
    ]
    assert one(database, years) == ["5", "6"]
    with pytest.raises(InputError, match="no longer have the column 'year', of which 2 of 2 entities hold a value"):
        bring("museum", "id,label\na,W\nb,W\n", FACT, prune=True)
    assert bring("museum", "id,label\na,W\nb,W\n", FACT, prune=True, prune_limit=1.0).pruned
    assert one(database, years) == []
    assert one(database, "MATCH ()-[r:r]->() RETURN r.page") is None
    assert bring("museum", "id,label\na,W\nb,W\n", FACT, prune=True).notes == []


def test_a_prune_takes_nothing_that_another_source_holds_too(bring: Bring, database: Database) -> None:
    bring("small", "id,label,year\na,W,5\nb,W,6\nc,W,7\n", FACT)
    bring("large", "id,label,year\na,W,5\nb,W,6\n", FACT)
    bring("small", "id,label\nc,W\n", "head,relation,tail\nc,r,c\n", prune=True, prune_limit=1.0)
    assert one(database, "MATCH (n:Entity) WITH n ORDER BY n.id RETURN collect(n.id + coalesce(n.year, '-'))") == [
        "a5", "b6", "c-",
    ]  # fmt: skip
    assert one(database, "MATCH (:Entity {id: 'a'})-[r:r]->() RETURN r.sources") == ["large"]
    # And of an entity that both have, a column that both have.
    bring("small", "id,label,year\na,W,5\n", "head,relation,tail\na,r,a\n")
    told = bring("small", "id,label\na,W\n", "head,relation,tail\na,r,a\n", prune=True, prune_limit=1.0).notes
    assert told == []
    assert one(database, "MATCH (n:Entity {id: 'a'}) RETURN n.year") == "5"


def test_the_picture_is_of_the_source_that_is_believed(bring: Bring, database: Database, tmp_path: Path) -> None:
    from PIL import Image

    for place, colour in (("museum", "red"), ("archive", "blue")):
        (tmp_path / place).mkdir()
        Image.new("RGB", (8, 8), colour).save(tmp_path / place / "a.png")
    entities = "id,label,image\na,W,a.png\nb,W,\n"
    bring("museum", entities, FACT)
    first = one(database, "MATCH (n:Entity {id: 'a'}) RETURN n.image_sha256")
    (tmp_path / "archive" / "a.png").unlink()
    assert bring("archive", entities, FACT).pictures.broken == []  # type: ignore[union-attr]
    assert one(database, "MATCH (n:Entity {id: 'a'}) RETURN n.image_sha256") == first


def test_a_thing_gets_its_real_label(bring: Bring, database: Database) -> None:
    bring("facts", None, FACT)
    told = bring("museum", "id,label\na,Artwork\n", "head,relation,tail\na,r,a\n").notes
    assert told == ["entities that were only a Thing have a label now: 'a: Artwork' (1 in all)"]
    labels = "MATCH (n:Entity) WITH n ORDER BY n.id RETURN collect([l IN labels(n) WHERE l <> 'Vlkge'])"
    assert one(database, labels) == [["Entity", "Artwork"], ["Entity", "Thing"]]
    assert one(database, "MATCH (n:Entity {id: 'a'}) RETURN n.primary_label") == "Artwork"
    # The real one stays, whoever comes again.
    assert bring("facts", None, FACT).entities.unchanged == 2
    assert bring("others", "id,label\na,Thing\n", "head,relation,tail\na,r,a\n").notes == []
    assert one(database, "MATCH (n:Entity {id: 'a'}) RETURN [l IN labels(n) WHERE l <> 'Vlkge']") == [
        "Entity",
        "Artwork",
    ]
    with pytest.raises(InputError, match="a is Artwork in the graph, Person in the files"):
        bring("wrong", "id,label\na,Person\n", "head,relation,tail\na,r,a\n")


def test_an_id_that_looks_like_one_of_the_graph_is_told(bring: Bring, database: Database) -> None:
    bring("museum", "id,label\nM\u00fcller,W\n", "head,relation,tail\nM\u00fcller,r,M\u00fcller\n")
    told = bring("archive", "id,label\nMu\u0308ller,W\n", "head,relation,tail\nMu\u0308ller,r,Mu\u0308ller\n").notes
    assert told[0].startswith("ids of the files and of the graph look alike")
    assert one(database, "MATCH (n:Entity) RETURN count(n)") == 2


def test_a_type_called_entity_goes_in_and_again(bring: Bring, database: Database) -> None:
    bring("museum", "id,label\na,Entity\nb,W\n", FACT)
    assert bring("museum", "id,label\na,Entity\nb,W\n", FACT).entities.unchanged == 2
    assert one(database, "MATCH (n:Entity {id: 'a'}) RETURN [l IN labels(n) WHERE l <> 'Vlkge']") == ["Entity"]


def test_texts_that_are_large_together_are_written_in_several_transactions(bring: Bring, database: Database) -> None:
    rows = "".join(f"e{i},W,{'word ' * 400_000}\n" for i in range(20))
    bring("museum", f"id,label,text\n{rows}", "head,relation,tail\ne0,r,e1\n")
    assert one(database, "MATCH (n:Entity) RETURN sum(size(n.text))") == 20 * 2_000_000
