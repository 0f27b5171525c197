"""The log of all flows as JSON lines: one object a line, each with the run that it belongs to.

Every flow takes LOGGED, hooks that Prefect calls when a run begins and when it ends: ``@flow(name="x", **LOGGED)``.
"""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging.loggers import flow_run_logger
from pydantic import BaseModel

from flows.runtime.settings import Settings

HANDLER = "vlkge-log"
# What Prefect's own loggers say of runs and tasks, and what ours say.
SOURCES = ("prefect.flow_runs", "prefect.task_runs", "graph", "flows", "models", "review")
# As Prefect calls them in its records, and as they are called in ours.
FIELDS = {
    "flow_run_id": "run_id",
    "flow_run_name": "run",
    "flow_name": "flow",
    "task_run_id": "task_run_id",
    "task_name": "task",
    "step": "step",
    "seconds": "seconds",
    "result": "result",
}

logger = logging.getLogger(__name__)


class JsonLine(logging.Formatter):
    """at (UTC), level, logger, message, then of FIELDS those that the record has, and the error's text."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        known = vars(record)
        line |= {name: known[field] for field, name in FIELDS.items() if known.get(field) is not None}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class DailyFile(logging.Handler):
    """Appends to ``<folder>/<date>.jsonl``: several processes may, and none has to rotate anything."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        day = datetime.fromtimestamp(record.created, UTC).date().isoformat()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"{day}.jsonl").open("a", encoding="utf-8") as file:
                file.write(f"{self.format(record)}\n")
        except OSError:
            # A full disk must not end a run by its log; logging prints the reason on standard error.
            self.handleError(record)


def log_to(target: Path | TextIO) -> None:
    """Send what all SOURCES say to files in a folder or to a stream, and no longer to where it went before."""
    handler: logging.Handler = DailyFile(target) if isinstance(target, Path) else logging.StreamHandler(target)
    handler.setFormatter(JsonLine())
    handler.set_name(HANDLER)
    for name in SOURCES:
        source = logging.getLogger(name)
        for known in [known for known in source.handlers if known.name == HANDLER]:
            source.removeHandler(known)
        source.addHandler(handler)
        source.setLevel(min(source.level or logging.INFO, logging.INFO))


def log_begin(flow: Flow[..., Any], run: FlowRun, _: State[Any]) -> None:
    """Hook: a run begins. Here, not earlier, as Prefect sets its loggers up anew when it is imported."""
    settings = Settings()
    log_to(sys.stderr if settings.vlkge_log == "-" else settings.logs)
    logger.info("%s begins", flow.name, extra=_of(flow, run) | {"step": "begin"})


def log_end(flow: Flow[..., Any], run: FlowRun, state: State[Any]) -> None:
    """Hook: a run ended, well or not."""
    seconds = round((datetime.now(UTC) - run.start_time).total_seconds(), 2) if run.start_time else None
    extra = _of(flow, run) | {"step": "end", "seconds": seconds}
    if state.is_completed():
        result = summary(state.result(raise_on_failure=False))
        logger.info("%s completed", flow.name, extra=extra | {"result": result})
        # Prefect's own log of the run, which its page shows.
        if result is not None:
            flow_run_logger(run, flow).info(words(result), extra={"step": "result"})
    else:
        logger.error("%s %s: %s", flow.name, state.name.lower() if state.name else "ended", state.message, extra=extra)


LOGGED: dict[str, Any] = {
    "on_running": [log_begin],
    "on_completion": [log_end],
    "on_failure": [log_end],
    "on_crashed": [log_end],
    "on_cancellation": [log_end],
}


def summary(result: object) -> object:
    """A flow's result without its long parts: a list within it becomes its length."""
    if isinstance(result, list | tuple):
        return [_counts(part) for part in result]
    return _counts(result)


def words(result: object) -> str:
    """The figures of a summary in one line, as ``entities (added 2, changed 0), model art-3``."""
    if isinstance(result, Mapping):
        told = [f"{name.replace('_', ' ')} {_figure(of)}" for name, of in result.items() if of not in (None, {})]
        return ", ".join(told)
    return "; ".join(map(words, result)) if isinstance(result, list) else _figure(result)


def _figure(value: object) -> str:
    if isinstance(value, Mapping):
        return f"({words(value)})"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _counts(value: object) -> object:
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(name): _counts(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set):
        return len(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _of(flow: Flow[..., Any], run: FlowRun) -> dict[str, Any]:
    return {"flow_run_id": str(run.id), "flow_run_name": run.name, "flow_name": flow.name}
