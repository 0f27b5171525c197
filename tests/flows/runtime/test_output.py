"""Tables as people see them: no word is broken, in a terminal or where nobody watches."""

import os
import pty
import subprocess
import sys

import pytest

from flows.runtime.output import print_table

ROW = {
    "head": "Q687182",
    "head_name": "Saint Nicholas of Bari and the three children in the boat",
    "relation": "isCreatedWithMedium",
    "tail": "medium:oil-paint",
    "tail_name": "Oil paint",
    "probability": 0.835,
    "model_version": "complex-147357b669",
}


def in_a_terminal(*columns: str) -> list[str]:
    """The lines that a terminal of 80 columns shows of a table of one row."""
    shows = f"from flows.runtime.output import print_table; print_table([{ROW!r}], '1 rows', {columns!r})"
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    with subprocess.Popen([sys.executable, "-c", shows], stdout=theirs, env=environment):
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # the end, on Linux
            pass
    os.close(ours)
    return shown.decode().splitlines()


def test_a_table_that_fits_a_terminal_breaks_lines_between_words() -> None:
    shown = in_a_terminal("head_name", "relation", "tail_name", "probability")
    assert max(map(len, shown)) <= 80
    names = [line.split("│")[1].strip() for line in shown if line.startswith("│")]
    assert " ".join(names) == ROW["head_name"]
    assert len(names) == 3


def test_a_row_that_does_not_fit_a_terminal_is_shown_field_by_field() -> None:
    shown = in_a_terminal(*ROW)
    assert "tail           medium:oil-paint" in shown
    assert "model version  complex-147357b669" in shown
    assert not any("│" in line for line in shown)


def test_where_nobody_watches_lines_are_as_long_as_whole_words_need(capsys: pytest.CaptureFixture[str]) -> None:
    wide = ROW | {"run_id": "2026-11-21T20:00:00-complex-147357b669"}
    print_table([wide], "1 rows")
    shown = capsys.readouterr().out
    assert all(word in shown for value in wide.values() for word in str(value).split())
    assert max(map(len, shown.splitlines())) > 120
