"""A table of decisions as a spreadsheet saves it: read as text, each row with its line."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from base.errors import InputError
from graph.curation.cells import unguard
from graph.predicted.links import ENDS

REQUIRED = (*ENDS, "verdict")
OPTIONAL = ("by", "reason", "id", "undoes", "restores", "number", "at")
# In `restores` of a table without that column: an undo makes stand again what the rule says, see `opinions`.
BY_RULE = "*"
MOST = 5


@dataclass(frozen=True)
class Sheet:
    path: Path
    frame: pd.DataFrame
    """Text without missing values; `line` is where each row stands."""

    def complaint(self, wrong: "pd.Series[bool]", what: str, shown: "pd.Series[str]") -> list[str]:
        if not wrong.any():
            return []
        rows = [f"line {line}: {value!r}" for line, value in zip(self.frame["line"][wrong], shown[wrong], strict=True)]
        listed = "; ".join([*rows[:MOST], *(["…"] if len(rows) > MOST else []), f"{len(rows)} in all"])
        return [f"{self.path.name}: {what} ({listed})"]


def read_sheet(path: Path) -> Sheet:
    """The rows of a CSV file. Raises InputError where it is none, or a needed column is missing or there twice."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(f"{path.name}: line {line} is not UTF-8; save the sheet as CSV UTF-8") from error
    body = text.lstrip(" \t\r\n")
    skipped = text[: len(text) - len(body)].count("\n")
    header_line = body.splitlines()[0] if body else ""
    delimiter = max(",;\t", key=header_line.count)
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    rows: list[dict[str, Any]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if missing := [name for name in REQUIRED if name not in header]:
            raise InputError(f"{path.name}: no column {', '.join(missing)}; needed are {', '.join(REQUIRED)}")
        if twice := [name for name in (*REQUIRED, *OPTIONAL) if header.count(name) > 1]:
            raise InputError(f"{path.name}: several columns are named {', '.join(twice)}; keep the one that counts")
        line = skipped + reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise InputError(f"{path.name}: line {line} has {len(cells)} cells, the header has {len(header)}")
                given = dict(zip(header, map(unguard, cells), strict=True))
                row = {name: text if name in ENDS else text.strip() for name, text in given.items()}
                rows.append({**dict.fromkeys(OPTIONAL, ""), "restores": BY_RULE, **row, "line": line})
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path.name}: the row that ends on line {skipped + reader.line_num}: {error}") from error
    frame = pd.DataFrame(rows, columns=["line", *REQUIRED, *OPTIONAL])
    frame["verdict"] = frame["verdict"].str.lower()
    return Sheet(path, frame)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of each link in the order in which they were decided, where all of them say it: the page's download has
    the newest first, and people sort tables. Only rows with an id come from one; another `number` may be anything."""
    exported = frame["id"] != ""
    said = [
        pd.to_numeric(frame["number"], errors="coerce").where(exported),
        pd.to_datetime(frame["at"], format="ISO8601", utc=True, errors="coerce").where(exported),
    ]
    order = np.arange(len(frame))
    for rows in frame.groupby([*ENDS], sort=False).indices.values():
        whole = [values for column in said if len(rows) > 1 and (values := column.iloc[rows]).notna().all()]
        if whole:
            order[rows] = rows[np.argsort(whole[0].to_numpy(), kind="stable")]
    return frame.iloc[order].reset_index(drop=True)
