"""Which code made a model."""

import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path


@cache
def git_commit() -> str:
    """The commit of this checkout, with ``+`` where files differ from it; without git, the installed version."""
    here = Path(__file__).parent

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(here), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()

    try:
        if not git("ls-files", Path(__file__).name):  # installed below somebody else's repository
            return version("vlkge-pipeline")
        return git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.SubprocessError):
        return version("vlkge-pipeline")
