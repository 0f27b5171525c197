"""A large folder into an empty bundled server is imported; afterwards it is ingested as any other."""

from pathlib import Path

import pytest

import flows.ingest
from graph.server.neo4j_server import Server
from tests.flows.museum import add, write_folder

pytestmark = pytest.mark.bare


@pytest.mark.server
def test_the_first_load_of_many_facts_is_an_import_and_the_second_an_ingest(
    prefect_server: object,  # noqa: ARG001 (flows need one)
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("NEO4J_URI", raising=False)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VLKGE_NEO4J_HEAP", "512m")
    monkeypatch.setattr(flows.ingest, "BULK_FACTS", 20)
    folder = write_folder(tmp_path / "museum", 20)
    try:
        first = flows.ingest.ingest(folder=str(folder), bulk_where_large=True)
        assert "38 facts into an empty graph: neo4j-admin imports them" in capsys.readouterr().err
        assert (first.entities.added, first.facts.added) == (26, 38)
        add(folder, entities=["n1"], facts=[("n1", "isCreatedByArtist", "a1")])
        second = flows.ingest.ingest(folder=str(folder), bulk_where_large=True)
        assert "neo4j-admin" not in capsys.readouterr().err
        assert (second.facts.added, second.facts.unchanged) == (1, 38)
    finally:
        Server(tmp_path / "home").stop()
