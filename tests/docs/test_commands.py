"""Every command that README and docs show is one that the command line has, with those options."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from flows.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = typer.main.get_command(app)


def shown(page: Path) -> list[str]:
    """The calls of vlkge on a page: lines of code blocks, and code spans."""
    text = page.read_text(encoding="utf-8")
    lines = re.findall(r"(?m)^(?: {4,}|\$ )(?:\S*/)?(vlkge .+)$", text)
    spans = re.findall(r"`(vlkge [^`]+)`", text.replace("\n", " "))
    return [
        re.split(r"\s+#\s|\s>\s|\s\|\s|;", call)[0].rstrip() for line in lines for call in line.split(" && ")
    ] + spans


def unknown(call: str) -> str | None:
    """What of a call the command line does not know; None where it knows all."""
    words = shlex.split(call.replace("…", ""))[1:]
    command: Any = COMMAND
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return words[0]
        command, words = command.commands[words[0]], words[1:]
    options = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}
    given = [word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    return next((word for word in given if word not in options), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_shows_is_there(page: Path) -> None:
    assert not [f"{call}: {word}" for call in shown(page) if (word := unknown(call))]


def options_of(command: Any) -> set[str]:
    """Those of a command and of all commands below it."""
    own = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    return own.union(*(options_of(below) for below in getattr(command, "commands", {}).values()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_that_a_page_names_alone_are_those_of_a_command(page: Path) -> None:
    benchmarks = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "benchmarks").glob("*.py"))
    known = options_of(COMMAND) | {*re.findall(r'"(--[a-z-]+)"', benchmarks), "--help", "--node-rank"}  # torchrun's
    spans = re.findall(r"`(--[a-z][^`]*)`", page.read_text(encoding="utf-8"))
    assert {option for span in spans for option in re.findall(r"(?<!\S)--[a-z-]+", span)} <= known


def test_commands_that_are_not_there_are_noticed() -> None:
    assert unknown("vlkge predict --relation hasStyle --fast") == "--fast"
    assert unknown("vlkge models retire V1") == "retire"
    assert unknown("vlkge models show V1 --json") is None
    assert len(shown(ROOT / "README.md")) > 40
