"""Values of cells as they are: blanks go from their ends, and nothing that can be seen."""

import io
import string
from pathlib import Path

import pandas as pd
import pytest

from graph.loading.files import Source
from graph.mapping.source import read_source

MAPPING = """
[[table]]
file = "works.ENDING"
label = "Artwork"
id = "id"
name = "title"
keep = { temperature = "temp" }
[table.relation.createdBy]
to = "Artist"
name = "maker"
[table.relation.madeIn]
year = "date"
"""
ROWS = {
    "id": ["1", "-1", "A", "A-", "-A"],
    "title": ["-Untitled-", "– a –", "\u200cb\u2064", "\u2003c\u3000", "#"],
    "temp": ["-12.5", "12.5", "-", "--", "+1"],
    "maker": ["Ann-", "Ann", "-", None, None],
    "date": ["189-", "1890", None, None, None],
}


def read(folder: Path, ending: str, rows: dict[str, list[str | None]]) -> Source:
    frame, content = pd.DataFrame(rows), io.BytesIO()
    if ending == "xlsx":
        frame.to_excel(content, index=False)
    else:
        frame.to_csv(content, index=False)
    (folder / f"works.{ending}").write_bytes(content.getvalue())
    (folder / "mapping.toml").write_text(MAPPING.replace("ENDING", ending))
    return read_source(folder, name="museum")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_hyphens_at_the_ends_of_cells_stay(tmp_path: Path, ending: str) -> None:
    source = read(tmp_path, ending, ROWS)
    works = source.entities[source.entities["label"] == "Artwork"].set_index("id")
    assert works["name"].to_dict() == {
        "artwork:1": "-Untitled-", "artwork:-1": "– a –", "artwork:A": "b", "artwork:A-": "c", "artwork:-A": "#",
    }  # fmt: skip
    assert works["temperature"].tolist() == ["-12.5", "12.5", "-", "--", "+1"]
    assert {*zip(source.triples["head"], source.triples["tail"], strict=True)} == {
        ("artwork:1", "artist:Ann-"), ("artwork:-1", "artist:Ann"),
        ("artwork:1", "decade:1890"), ("artwork:-1", "decade:1890"),
    }  # fmt: skip
    assert any("its name has no letter or digit" in note and "'-'" in note for note in source.notes), source.notes


def test_every_sign_that_can_be_seen_stays_at_the_ends_of_cells(tmp_path: Path) -> None:
    signs = [*string.punctuation, "–", "—", "‐", "·", "…", "é", "日", "🎨"]
    titles = [f"{sign}x{sign}" for sign in signs]
    source = read(tmp_path, "csv", {**dict.fromkeys(ROWS, [None] * len(signs)), "id": titles, "title": titles})
    assert source.entities["name"].tolist() == titles
