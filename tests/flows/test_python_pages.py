"""The Python that README and docs show runs as it is written."""

import re
from pathlib import Path

import pytest

from graph.connection import Address, Database
from graph.exporting.export import export
from graph.exporting.hetero_file import save

ROOT = Path(__file__).parents[2]


def blocks(page: Path) -> list[str]:
    """The Python of a page: fenced blocks, and indented ones that begin with an import."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"(?ms)^```python\n(.*?)^```", text)
    indented = re.findall(r"(?m)^    from [^\n]+ import [^\n]+\n(?:    [^\n]*\n|\n(?=    ))*", text)
    return fenced or [re.sub(r"(?m)^    ", "", block) for block in indented]


@pytest.fixture
def desk(tmp_path: Path, server: Address, database: Database, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with 40 works in the columns of CMOA, and the tests' server as one's own."""
    assert database
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_USERNAME", server.username)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)
    monkeypatch.setenv("VLKGE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cmoa").mkdir()
    kinds, artists = ("prints", "paintings", "drawings"), ("Pissarro", "Cassatt", "Whistler", "Hokusai")
    rows = [
        f"cmoa:things/{n},Work {n},{kinds[n % 3]},cmoa:parties/{n % 4}|cmoa:parties/9,{artists[n % 4]}|The Studio"
        for n in range(40)
    ]
    header = "id,title,classification,artist_id,full_name"
    (tmp_path / "cmoa/cmoa.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    return tmp_path


def test_the_page_for_notebooks_runs_from_top_to_bottom(desk: Path, connection: Database) -> None:
    names: dict[str, object] = {}
    for block in blocks(ROOT / "docs/python.md"):
        exec(compile(block, "docs/python.md", "exec"), names)
    assert names["result"].facts.added == 120  # type: ignore[attr-defined]
    assert list(names["links"].columns[:5]) == ["head", "relation", "tail", "score", "rank"]  # type: ignore[attr-defined]
    # README's example goes on from an exported file.
    save(export(connection), desk / "art.safetensors")
    (example,) = blocks(ROOT / "README.md")
    shown: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), shown)
    assert shown["data"]["Artwork"].num_nodes == 40  # type: ignore[index]
