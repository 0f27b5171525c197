"""Shows long work in the terminal (standard error) and as a Prefect progress artifact."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from base.progress import Progress as Report
from flows.runtime import json_lines
from flows.runtime.artifacts import show
from flows.runtime.output import terminal

SECONDS_BETWEEN_ARTIFACTS = 2.0


@contextmanager
def progress_bar(description: str) -> Iterator[Report]:
    """A bar named `description` for the work inside the block; call it with (done, total, note).

    Belongs inside a task or flow: the same figures go to a Prefect progress artifact.
    """
    columns = (
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[note]}"),
    )
    artifact = _Artifact(description)
    with Progress(*columns, console=terminal(stderr=True), disable=json_lines.are_wanted()) as bars:
        # Nothing is shown of work that turns out to be none.
        bar = bars.add_task(description, total=None, note="", visible=False)

        def report(done: int, total: int, note: str = "") -> None:
            bars.update(bar, completed=done, total=total, note=note, visible=total > 0)
            artifact.update(done / total if total else 1.0)

        yield report
        bars.update(bar, completed=bars.tasks[0].total or 0)
        artifact.update(1.0, last=True)


class _Artifact:
    """One Prefect progress artifact, written at most every few seconds."""

    def __init__(self, description: str) -> None:
        self.description = description
        self.identifier: UUID | None = None
        self.written_at = 0.0

    def update(self, share: float, last: bool = False) -> None:
        if not last and time.monotonic() - self.written_at < SECONDS_BETWEEN_ARTIFACTS:
            return
        self.written_at = time.monotonic()
        percent = round(100 * share, 1)
        if self.identifier is None:
            # Not a coroutine: our flows are synchronous.
            self.identifier = cast(UUID | None, show(create_progress_artifact, percent, description=self.description))
        else:
            show(update_progress_artifact, self.identifier, percent)
