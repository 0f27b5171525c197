"""An encoder and a query are added as CONTRIBUTING.md says, and the commands know them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import cypher
from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address, Database
from models.encoders import ENCODERS
from models.encoders.encoder import Encoder
from tests.flows import typed


@pytest.fixture
def environment(server: Address, prefect_server: PrefectServer, tmp_path: Path) -> dict[str, str]:  # noqa: ARG001
    return {"NEO4J_URI": server.uri, "NEO4J_PASSWORD": server.password, "VLKGE_HOME": str(tmp_path / "home")}


@pytest.fixture
def art(database: Database) -> Database:
    """Two works, of which one has a text."""
    with database.session() as session:
        session.run(
            "CREATE (:Entity:Vlkge:Work {id: 'w1', name: 'Pond', text: 'aab', primary_label: 'Work', sources: ['a']}), "
            "(:Entity:Vlkge:Work {id: 'w2', name: 'Pond', primary_label: 'Work', sources: ['a']})"
        ).consume()
    return database


def vlkge(environment: dict[str, str], *arguments: str) -> Any:
    done = typed.vlkge(*arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Letters(Encoder):
    """How often a text has each of the letters that stand behind the colon."""

    def __init__(self, letters: str, device: str, batch_size: int | None) -> None:  # noqa: ARG002
        super().__init__(f"letters:{letters}", letters, {"textual": len(letters)}, torch.device("cpu"), batch_size)
        self.letters = letters

    def embed_texts(self, texts: list[str]) -> torch.Tensor:
        return torch.tensor([[float(text.count(letter)) for letter in self.letters] for text in texts])


def test_an_encoder_is_one_class_and_one_line(
    environment: dict[str, str], art: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("encode", "--encoder", "letters:ado")
    refused = typed.vlkge(*command, **environment)
    assert refused.returncode == 2
    assert "There is no encoder 'letters:ado'" in refused.stderr
    monkeypatch.setitem(ENCODERS, "letters", f"{__name__}:Letters")
    (textual,) = vlkge(environment, *command)
    assert (textual["encoder"], textual["dimension"], textual["encoded"]) == ("letters:ado", 3, 2)
    with art.session() as session:
        (vector,) = session.run("MATCH (n:Entity {id: 'w1'}) RETURN n.textual").value()
    # Name and text are encoded: no a, one d and one o in Pond, and two a in aab.
    assert vector == pytest.approx([2 / 6**0.5, 1 / 6**0.5, 1 / 6**0.5])
    assert [part["encoded"] for part in vlkge(environment, *command)] == [0]


def test_a_query_is_one_file(
    environment: dict[str, str],
    art: Database,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    folder = shutil.copytree(cypher.FOLDER, tmp_path / "cypher")
    (folder / "query" / "list_namesakes.cypher").write_text(
        "// Names that several entities have.\n"
        "// $least (integer from 2) = 2: at least this number of entities\n"
        "// Returns: name, entities\n"
        "MATCH (n:Entity:Vlkge) WITH n.name AS name, count(*) AS entities WHERE entities >= $least\n"
        "RETURN name, entities ORDER BY name\n"
    )
    monkeypatch.setattr(cypher, "FOLDER", folder)
    listed = typed.vlkge("query", **environment).stdout
    assert "list_namesakes\n    Names that several entities have." in listed
    assert vlkge(environment, "query", "list_namesakes") == [{"name": "Pond", "entities": 2}]
    assert vlkge(environment, "query", "list_namesakes", "least=3") == []
    refused = typed.vlkge("query", "list_namesakes", "least=1", **environment)
    assert refused.returncode == 2
    assert "least" in refused.stderr
