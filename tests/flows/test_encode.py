"""What encoding asks of the graph before it writes anything."""

from pathlib import Path

import pytest

from base.errors import InputError
from flows.encode import encode
from graph.connection import Address, Database
from tests.graph.guests import dump


@pytest.mark.bare
def test_a_graph_without_entities_is_refused_and_left_empty(
    database: Database, server: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("URI", server.uri), ("USERNAME", server.username), ("PASSWORD", server.password)):
        monkeypatch.setenv(f"NEO4J_{name}", value)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    before = dump(database)
    with pytest.raises(InputError, match=r"the graph holds no entities yet: load some with `vlkge ingest DIR`"):
        encode.fn()
    assert dump(database) == before
