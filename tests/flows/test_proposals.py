"""New proposals after a decision: the same work's other links follow, and follow back when it is undone."""

import json
import time
import uuid
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from base.errors import PipelineError
from flows import proposals
from flows.proposals import Watch
from flows.retraining.outcome import Retraining
from flows.runtime.proposing import proposing
from flows.runtime.settings import Settings
from graph.connection import Address, Database
from graph.curation.decision import Choice, Decision
from graph.curation.decisions import decide
from graph.predicted.publication_lock import publication_lock
from review.app import create_app
from review.server import Serving, open_site

PATIENCE = 120.0  # seconds, for a busy machine
LINKS = """
MATCH (:Entity {id: $head})-[p:PREDICTED {vlkge: true, state: 'current', verdict: 'pending'}]->(t)
RETURN p.relation AS relation, t.id AS tail, p.run_id AS run, p.refreshed_at IS NOT NULL AS fresh,
  round(p.score, 4) AS score
ORDER BY p.relation, p.rank
"""


def links_of(database: Database, head: str) -> list[dict[str, object]]:
    with database.session() as session:
        return session.run(LINKS, head=head).data()


def best(database: Database, head: str, relation: str) -> str:
    return str(next(link["tail"] for link in links_of(database, head) if link["relation"] == relation))


def say(database: Database, verdict: str, seen: str | None = None) -> Decision:
    choice = Choice(
        id=str(uuid.uuid4()),
        head="v1",
        relation="isCreatedByArtist",
        tail="a1",
        verdict=verdict,
        seen=seen,  # type: ignore[arg-type]
    )
    return decide(database, [choice], by="ana")[0]


def test_an_accepted_artist_tells_style_and_country_and_undoing_takes_that_back(
    database: Database, server: Address, gallery: Retraining, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gallery.published
    before = links_of(database, "v1")
    watch = Watch(Settings(), database)
    assert watch.look() == []

    # another writer of links is at work: the decision stands, and is answered once that has ended
    monkeypatch.setattr(proposals, "WAIT", 0.1)
    with publication_lock(database, 10, lambda _: None):
        made = say(database, "accepted")
        with pytest.raises(PipelineError):
            watch.look()
    assert links_of(database, "v1") == [link for link in before if link["tail"] != "a1"]
    assert watch.look() == ["v1"]
    assert watch.look() == []
    assert (best(database, "v1", "hasStyle"), best(database, "v1", "hasCountry")) == ("sB", "cX")
    after = links_of(database, "v1")
    assert {link["run"] for link in after} == {gallery.published.run_id}
    assert all(link["fresh"] for link in after)

    site = open_site(server, own_home, Serving())
    with site.database:
        page = TestClient(create_app(site), base_url="http://localhost")
        card = json.dumps(["v1", "isCreatedByArtist", "a1"])
        shown = page.get("/proposals", params={"card": card})
        assert shown.status_code == 200
        assert "School B" in shown.text
        other = page.get("/proposals", params={"card": json.dumps(["v2", "hasStyle", "sA"])})
        assert other.status_code == 204

    say(database, "undone", seen=made.id)
    assert watch.look() == ["v1"]
    again = {(link["relation"], link["tail"]): link["score"] for link in links_of(database, "v1")}
    assert again == {(link["relation"], link["tail"]): link["score"] for link in before}


def test_a_rejection_changes_no_facts_and_no_links(database: Database, gallery: Retraining, own_home: Path) -> None:  # noqa: ARG001
    before = links_of(database, "v1")
    watch = Watch(Settings(), database)
    assert watch.look() == []
    say(database, "rejected")
    assert watch.look() == []
    assert links_of(database, "v1") == [link for link in before if link["tail"] != "a1"]


def test_the_process_beside_the_page_answers_decisions_until_the_page_ends(
    database: Database,
    gallery: Retraining,  # noqa: ARG001
    own_home: Path,  # noqa: ARG001
) -> None:
    with proposing() as process:
        say(database, "accepted")
        deadline = time.monotonic() + PATIENCE
        while best(database, "v1", "hasStyle") != "sB" or not all(link["fresh"] for link in links_of(database, "v1")):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.2)
    assert process.poll() is not None
