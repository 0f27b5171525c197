"""`vlkge ingest --draft`."""

import json
from pathlib import Path

import pytest

from tests.flows.typed import vlkge

WORKS = "number,title,medium\n" + "".join(f"{n},Work {n},{['oil', '<b>ink</b> & pen'][n % 4 > 0]}\n" for n in range(40))


@pytest.fixture
def works(tmp_path: Path) -> Path:
    (tmp_path / "works.csv").write_text(WORKS)
    return tmp_path / "works.csv"


def test_a_draft_is_written_beside_the_file_and_shown(works: Path) -> None:
    page = works.with_name("page.html")
    done = vlkge("ingest", str(works), "--draft", "--html", str(page))
    assert done.returncode == 0
    assert "[table.relation.hasMedium]" in done.stdout
    assert works.with_name("mapping.toml").read_text() in done.stdout
    assert "&lt;b&gt;ink&lt;/b&gt; &amp; pen" in page.read_text()
    assert vlkge("ingest", str(works), "--draft").returncode == 2


def test_a_draft_as_json_has_its_columns(works: Path) -> None:
    done = vlkge("ingest", str(works.parent), "--draft", "--to", str(works.with_name("other.toml")), "--json")
    told = json.loads(done.stdout)
    assert [column["becomes"] for column in told["tables"][0]["columns"]] == ["id", "name", "relation hasMedium"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "is a file"),
        (["--draft", "--dry-run"], "a draft is written, a dry run writes nothing"),
        (["--to", "x.toml"], "it goes with --draft"),
        (["--html", "x.html"], "it goes with --draft or --dry-run"),
    ],
)
def test_options_that_do_not_go_together_are_refused(works: Path, options: list[str], told: str) -> None:
    done = vlkge("ingest", str(works), *options)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.replace("│", " ").split())
