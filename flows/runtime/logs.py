"""The log of all flows as JSON lines: one object a line, each with the run that it belongs to.

Every flow takes LOGGED, hooks that Prefect calls when a run begins and when it ends: ``@flow(name="x", **LOGGED)``.
They also give it our tag, and look whether it is cancelled meanwhile.
"""

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging.handlers import PrefectConsoleHandler
from prefect.logging.loggers import flow_run_logger
from pydantic import BaseModel

from flows.runtime.cancellation import end_watch, watch
from flows.runtime.crash_detection import tag_run
from flows.runtime.json_lines import DailyFile, JsonLine
from flows.runtime.settings import Settings

HANDLER = "vlkge-log"
# What Prefect's own loggers say of runs and tasks, and what ours say.
SOURCES = ("prefect.flow_runs", "prefect.task_runs", "graph", "flows", "models", "review")
ROOT = ""  # where Prefect prints what reaches it from any of them

logger = logging.getLogger(__name__)


def log_to(target: Path | TextIO) -> None:
    """Send what all SOURCES say, and others' warnings, to files in a folder or to a stream, and no longer elsewhere.

    A stream is standard error: it takes the place of what Prefect prints there, so that nothing is told twice.
    """
    handler: logging.Handler = DailyFile(target) if isinstance(target, Path) else logging.StreamHandler(target)
    handler.setFormatter(JsonLine())
    handler.addFilter(_is_told)
    handler.set_name(HANDLER)
    for name in (*SOURCES, ROOT):
        source = logging.getLogger(name)
        for known in list(source.handlers):
            if known.name == HANDLER or (isinstance(known, PrefectConsoleHandler) and not isinstance(target, Path)):
                source.removeHandler(known)
    for name in SOURCES:
        source = logging.getLogger(name)
        source.setLevel(min(source.level or logging.INFO, logging.INFO))
        if isinstance(target, Path):
            source.addHandler(handler)
    if not isinstance(target, Path):
        logging.getLogger(ROOT).addHandler(handler)


def _is_told(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.startswith(SOURCES)


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
    "on_running": [log_begin, tag_run, watch],
    "on_completion": [log_end, end_watch],
    "on_failure": [log_end, end_watch],
    "on_crashed": [log_end, end_watch],
    "on_cancellation": [log_end, end_watch],
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
