"""What years of nights leave behind, and what of it goes after VLKGE_KEEP_DAYS: nothing that is or was in force."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from flows.retraining.champion_links import links_in_force
from flows.runtime.checkpoints import folder_of, note_graph
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from graph.predicted.links import file_of

DAY = 24 * 60 * 60


class Tidied(BaseModel):
    """What was deleted: models with their folders, lists of links of former runs, days of the log."""

    models: list[str]
    lists: int
    logs: int
    megabytes: float


@task(cache_policy=NO_CACHE)
def tidy(settings: Settings) -> Tidied:
    """Delete what is older than the setting says; Prefect deletes its own runs, logs and artifacts."""
    days = settings.vlkge_keep_days
    if days == 0:
        return Tidied(models=[], lists=0, logs=0, megabytes=0.0)
    with open_graph(settings) as database:
        going = [model.version for model in unneeded(database) if _age(model.created_at) > days]
        before = sum(size(folder_of(settings, version)) for version in going)
        going = [version for version in going if registry.delete(database, version)]
        for version in going:
            shutil.rmtree(folder_of(settings, version), ignore_errors=True)
        note_graph(database, [folder_of(settings, model.version) for model in registry.models(database)])
        lists = [file for file in _former_lists(settings, database) if _days(file) > days]
    logs = list(_old_logs(settings.logs, days)) if settings.vlkge_log != "-" else []
    freed = before + sum(file.stat().st_size for file in (*lists, *logs))
    for file in (*lists, *logs):
        file.unlink(missing_ok=True)
    done = Tidied(models=going, lists=len(lists), logs=len(logs), megabytes=freed / 1e6)
    if going or lists or logs:
        echo(
            f"older than {days} days and deleted: {len(going)} models, {len(lists)} lists of links, "
            f"{len(logs)} days of the log, {done.megabytes:,.1f} MB"
        )
    return done


def unneeded(database: Database) -> list[registry.Model]:
    """Models that never were champion, and whose links are neither current nor decided."""
    linked = registry.linked(database)
    known = registry.models(database)
    return [m for m in known if m.promoted_at is None and m.alias is None and m.version not in linked]


def size(folder: Path) -> int:
    """Bytes of all files in a folder; 0 where it is not there."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _former_lists(settings: Settings, database: Database) -> Iterator[Path]:
    """The links of every run that a rollback has no need of: those that each model has in force stay."""
    for model in registry.models(database):
        kept = links_in_force(settings, database, model.version)
        for run in registry.runs(database, model.version):
            file = file_of(folder_of(settings, model.version), run.id)
            if kept and file not in kept.files and file.is_file():
                yield file


def _old_logs(folder: Path, days: int) -> Iterator[Path]:
    first = datetime.now(UTC).date() - timedelta(days=days)
    for file in folder.glob("????-??-??.jsonl"):
        try:
            if date.fromisoformat(file.stem) < first:
                yield file
        except ValueError:
            continue  # not one of ours


def _age(at: datetime) -> float:
    return (datetime.now(UTC) - at).total_seconds() / DAY


def _days(file: Path) -> float:
    return (time.time() - file.stat().st_mtime) / DAY
