"""How long work tells how far it is; flows/ turns it into bars and Prefect artifacts."""

from typing import Protocol


class Progress(Protocol):
    """Called as work goes on: `done` of `total` units, and a short note such as a figure."""

    def __call__(self, done: int, total: int, note: str = "") -> None: ...


def silent(done: int, total: int, note: str = "") -> None:
    """Reports nothing."""


def ignore(message: str) -> None:
    """Tells nobody."""
