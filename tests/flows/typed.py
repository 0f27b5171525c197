"""A command as it is typed, within the test's process: one of its own needs seconds to import what it uses."""

import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO

import pytest

from flows import cli


@dataclass(frozen=True)
class Done:
    """What a shell would see."""

    returncode: int
    stdout: str
    stderr: str


def vlkge(*arguments: str, **environment: str) -> Done:
    """Run `vlkge` with these arguments, and these variables beside those that are set."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["vlkge", *arguments])
        for name, value in environment.items():
            patch.setenv(name, value)
        held = dict(os.environ)
        try:
            cli.main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        finally:
            # A command may set more of them, for what it starts.
            os.environ.clear()
            os.environ.update(held)
    return Done(code, out.getvalue(), err.getvalue())
