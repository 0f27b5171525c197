"""Lines of a log as JSON objects: how a record of ours becomes one, and how whatever else is printed becomes one.

``python -m flows.runtime.json_lines COMMAND …`` runs a command and prints all that it says, on both outputs, as
such lines on standard output: for servers and workers, whose log is not ours alone.
"""

import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TextIO

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


def are_wanted() -> bool:
    """Whether the log goes to standard error, which then holds nothing else."""
    return os.environ.get("VLKGE_LOG") == "-"


class JsonLine(logging.Formatter):
    """at (UTC), level, logger, message, then of FIELDS those that the record has, and the error's text."""

    def format(self, record: logging.LogRecord) -> str:
        known = vars(record)
        more = {name: known[field] for field, name in FIELDS.items() if known.get(field) is not None}
        if record.exc_info:
            more["error"] = self.formatException(record.exc_info)
        return _line(record.created, record.levelname.lower(), record.name, record.getMessage(), **more)


class DailyFile(logging.Handler):
    """Appends to ``<folder>/<date>.jsonl``: several processes may, and none has to rotate anything."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.broken = False

    def emit(self, record: logging.LogRecord) -> None:
        day = datetime.fromtimestamp(record.created, UTC).date().isoformat()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"{day}.jsonl").open("a", encoding="utf-8") as file:
                file.write(f"{self.format(record)}\n")
            self.broken = False
        except OSError as error:
            # A full disk must not end a run by its log.
            if not self.broken:
                print(f"the log cannot be written to {self.folder}: {error.strerror}", file=sys.stderr)
            self.broken = True


class JsonStream(io.TextIOBase):
    """Takes the place of standard error: each line that is no JSON object becomes one."""

    def __init__(self, target: TextIO) -> None:
        self.target = target
        self.begun = ""
        self.turn = threading.RLock()

    def write(self, text: str) -> int:
        with self.turn:
            *lines, self.begun = (self.begun + text).split("\n")
            for line in lines:
                if wrapped := wrap(line, "stderr"):
                    self.target.write(f"{wrapped}\n")
        return len(text)

    def flush(self) -> None:
        self.target.flush()

    def close(self) -> None:
        if self.begun and not self.target.closed:
            self.write("\n")

    def fileno(self) -> int:
        return self.target.fileno()


def wrap(line: str, logger: str) -> str:
    """A line as it is where it is a JSON object, else the object whose message it is; an empty one stays empty."""
    line = line.rstrip()
    if not line:
        return ""
    try:
        if isinstance(json.loads(line), dict):
            return line
    except ValueError:
        pass
    return _line(datetime.now(UTC).timestamp(), "info", logger, line)


def _line(at: float, level: str, logger: str, message: str, **more: Any) -> str:
    begin = {
        "at": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "logger": logger,
        "message": message,
    }
    return json.dumps(begin | more, ensure_ascii=False, default=str)


def _pass_on(source: IO[str], name: str, turn: threading.Lock) -> None:
    for line in source:
        if wrapped := wrap(line, name):
            # print writes a line and its end apart: without turns, two readers' lines run together.
            with turn:
                print(wrapped, flush=True)


def main(command: list[str]) -> int:
    """Run a command; its exit status, as a shell gives it. Signals that end us end it."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
    ) as child:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda got, _: child.send_signal(got))
        assert child.stdout is not None
        assert child.stderr is not None
        turn = threading.Lock()
        readers = [
            threading.Thread(target=_pass_on, args=(source, f"{Path(command[0]).name}.{name}", turn))
            for source, name in ((child.stdout, "stdout"), (child.stderr, "stderr"))
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        status = child.wait()
    return 128 - status if status < 0 else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
