"""What the page gives away as a table comes back, whatever ids, names and reasons hold."""

import codecs
import csv
import io
import uuid
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decision_files import import_decisions
from graph.curation.decisions import decide
from graph.curation.exchange import read_decisions
from graph.loading.files import read_source
from graph.loading.ingest import ingest
from graph.pictures import PictureStore
from review.app import create_app
from review.context import Site
from tests.graph.loading.odd import VALUES, make

COLUMNS = ["head", "relation", "tail", "verdict", "by", "reason"]


def test_decisions_of_odd_ids_are_downloaded_and_brought_back(
    make_site: Callable[..., Site], database: Database, tmp_path: Path
) -> None:
    source = read_source(make(5, tmp_path / "odd", "parquet"))
    ingest(database, source, PictureStore(tmp_path / "store"))
    ids, relation = source.entities["id"].tolist(), source.triples["relation"].iloc[0]
    reasons = ["=1+1", "+4", "-0", "@SUM", "'=x", *VALUES]
    choices = [
        Choice(id=str(uuid.uuid4()), head=head, relation=relation, tail=tail, verdict="rejected", reason=reason)
        for head, tail, reason in zip(ids, reversed(ids), reasons, strict=False)
    ]
    decide(database, choices, by="=ana", any_kinds=True)
    before = read_decisions(database)[COLUMNS]
    page = TestClient(create_app(make_site()), base_url="http://localhost").get("/audit.csv")
    cells = [cell for row in csv.reader(io.StringIO(page.text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    (tmp_path / "decisions.csv").write_bytes(page.content)
    assert import_decisions(database, tmp_path / "decisions.csv", force=True).unchanged == len(choices)
    with database.session() as session:
        session.run("MATCH (d:Decision) DETACH DELETE d").consume()
    assert import_decisions(database, tmp_path / "decisions.csv", force=True).recorded == len(choices)
    back = read_decisions(database)[COLUMNS]
    assert sorted(back.itertuples(index=False, name=None)) == sorted(before.itertuples(index=False, name=None))


def test_a_download_is_brought_back_whatever_was_decided_twice(
    make_site: Callable[..., Site], gallery: Database, tmp_path: Path
) -> None:
    """It has the newest first, and says `at` to spreadsheets as UTF-8; the rights of pictures leave with it."""

    def say(head: str, *verdicts: str) -> None:
        for verdict in verdicts:
            wish = Choice(id=str(uuid.uuid4()), head=head, relation="hasStyle", tail="cubism", verdict=verdict)  # type: ignore[arg-type]
            decide(gallery, [wish], by="ana", force=True)

    say("w00", "accepted", "rejected")
    say("w01", "accepted", "undone")
    before = read_decisions(gallery)[["id", "number", "stands"]]
    page = TestClient(create_app(make_site()), base_url="http://localhost").get("/audit.csv")
    assert page.content.startswith(codecs.BOM_UTF8)
    rows = list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig"))))
    assert [(row["number"], row["head_rights"], bool(row["undoes"])) for row in rows] == [
        ("2", "CC0", True), ("1", "CC0", False), ("2", "CC0", False), ("1", "CC0", False),
    ]  # fmt: skip
    (tmp_path / "decisions.csv").write_bytes(page.content)
    gallery.driver.execute_query("MATCH (d:Decision) DETACH DELETE d")
    gallery.driver.execute_query("MATCH ()-[r:hasStyle]->() DELETE r")
    assert import_decisions(gallery, tmp_path / "decisions.csv").recorded == 4
    assert read_decisions(gallery)[["id", "number", "stands"]].equals(before)
