"""What people read is short: README, docs, Cypher headers and the command line's helps, sentence by sentence."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import cypher
from flows.cli import app
from flows.runtime import hyperparameters

ROOT = Path(__file__).parents[2]
LONGEST = 30
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "examples/art/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
# What reads like no English: "at most so many rows", "a graph of before", "all of it is told".
IDIOMS = re.compile(r"\bso many\b|\bof before\b|\b(?:is|are|was|were) told\b|\bby wish\b|\bso often\b|\bso long\b")
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


def too_long(texts: Iterable[str]) -> list[str]:
    found = [sentence for text in texts for sentence in sentences(text) if words(sentence) > LONGEST]
    return [f"{words(sentence)} words: {sentence}" for sentence in found]


def headers() -> Iterator[str]:
    """What each Cypher file says of itself and of its parameters."""
    for name in cypher.names():
        statement = cypher.load(name)
        yield statement.summary
        yield from (parameter.help for parameter in statement.parameters)


def helps(command: Any) -> Iterator[str]:
    """What the command line says of a command, its parameters and the commands under it; examples are left out."""
    for paragraph in (command.help or "").split("\n\n"):
        if not paragraph.strip().startswith("vlkge "):
            yield paragraph
    yield from (text for parameter in command.params if (text := getattr(parameter, "help", None)))
    for part in getattr(command, "commands", {}).values():
        yield from helps(part)


def test_a_sentence_is_measured_as_a_reader_would() -> None:
    text = "It costs 1.5 s, see [the page](a.md) or `vlkge run --json path/to`. Why? Because."
    assert [words(sentence) for sentence in sentences(text)] == [9, 1, 1]
    table = "# Title\n\nOne line\nand its end.\n- an item. Two.\n\n    code here\n\n| a cell | another |\n"
    assert list(paragraphs(table)) == ["One line and its end.", "an item. Two.", "a cell", "another"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_no_sentence_over_30_words_and_no_stale_idiom(page: Path) -> None:
    texts = list(paragraphs(page.read_text(encoding="utf-8")))
    assert not too_long(texts)
    assert not [text for text in texts if IDIOMS.search(text)]


def test_cypher_headers_have_no_sentence_over_30_words_and_no_stale_idiom() -> None:
    texts = list(headers())
    assert not too_long(texts)
    assert not [text for text in texts if IDIOMS.search(text)]


def test_helps_have_no_sentence_over_30_words_and_no_stale_idiom() -> None:
    settings = [str(row["help"]) for row in hyperparameters.describe()]
    texts = [*helps(typer.main.get_command(app)), *settings]
    assert "Stop the bundled Neo4j; its data stays." in texts
    assert not too_long(texts)
    assert not [text for text in texts if IDIOMS.search(text)]
