"""What people read is short: README, docs, Cypher headers and the command line's helps, sentence by sentence."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 30
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
# A sentence ends at a full stop, question or exclamation mark; not at the dot of a number, and not inside code.
END = re.compile(r"[.!?](?:[\"”)*]|$)*(?=\s|$)")


def paragraphs(markdown: str) -> Iterator[str]:
    """The prose: paragraphs, list items and cells of tables, each alone; without code blocks and headings."""
    markdown = re.sub(r"(?ms)^```.*?^```", "\n", markdown)
    block: list[str] = []
    for line in [*markdown.splitlines(), ""]:
        item = re.match(r"\s*(?:[-*]|\d+\.)\s+(.*)", line)
        code = re.match(r"(?: {4}|\t)", line) and not block and not item
        if item or code or not line.strip() or line.startswith(("|", "#", "    ")):
            if block:
                yield " ".join(block)
            block = [item[1]] if item else []
            if line.startswith("|"):
                yield from (cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|")))
        else:
            block.append(line.strip())


def sentences(text: str) -> Iterator[str]:
    """The sentences of a paragraph; a code span counts as one word, a link as its text."""
    text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"`[^`]+`", "code", text)
    yield from (sentence.strip() for sentence in END.split(text) if sentence.strip())


def words(sentence: str) -> int:
    return len([word for word in sentence.split() if re.search(r"\w", word)])


def too_long(texts: Iterator[str]) -> list[str]:
    found = [sentence for text in texts for sentence in sentences(text) if words(sentence) > LONGEST]
    return [f"{words(sentence)} words: {sentence}" for sentence in found]


def test_a_sentence_is_measured_as_a_reader_would() -> None:
    text = "It costs 1.5 s, see [the page](a.md) or `vlkge run --json path/to`. Why? Because."
    assert [words(sentence) for sentence in sentences(text)] == [9, 1, 1]
    table = "# Title\n\nOne line\nand its end.\n- an item. Two.\n\n    code here\n\n| a cell | another |\n"
    assert list(paragraphs(table)) == ["One line and its end.", "an item. Two.", "a cell", "another"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_sentence_of_a_page_is_longer_than_30_words(page: Path) -> None:
    assert not too_long(paragraphs(page.read_text(encoding="utf-8")))
