"""Shows long work in the terminal (standard error) and as a Prefect progress artifact."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from graph.progress import Progress as Report

SECONDS_BETWEEN_ARTIFACTS = 2.0


@contextmanager
def progress_bar(description: str) -> Iterator[Report]:
    """A bar named `description` for the work inside the block; call it with (done, total, note).

    Belongs inside a task or flow: the same figures go to a Prefect progress artifact.
    """
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    artifact = _Artifact(description)
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(description, total=None, note="")

        def report(done: int, total: int, note: str = "") -> None:
            bars.update(bar, completed=done, total=total, note=note)
            artifact.update(done / total if total else 1.0)

        yield report
        task = bars.tasks[0]
        total = task.total if task.total is not None else max(task.completed, 1)
        bars.update(bar, completed=total, total=total)
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
            created = create_progress_artifact(progress=percent, description=self.description)
            assert isinstance(created, UUID)  # not a coroutine: our flows are synchronous
            self.identifier = created
        else:
            update_progress_artifact(self.identifier, progress=percent)
