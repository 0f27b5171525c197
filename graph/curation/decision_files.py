"""Decisions from a table that people filled in, checked as a whole before any is recorded."""

import csv
import io
import uuid
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from base.errors import InputError
from cypher.prefix import own_names
from graph import reserved
from graph.connection import Database, batches
from graph.curation.cells import unguard
from graph.curation.decisions import Choice, decide_in_parts
from graph.curation.kinds import unjoined_kinds
from graph.curation.opinions import Voice, list_required, open_opinions, said, weigh
from graph.link_key import link_key

ENDS = ("head", "relation", "tail")
REQUIRED = (*ENDS, "verdict")
OPTIONAL = ("by", "reason", "id")
VERDICTS = ("accepted", "rejected", "undone", "for", "against")
OPEN = ("", "pending")
MOST = 5
BATCH = 10_000


class Imported(BaseModel):
    """What came of the rows: `recorded` now (in a dry run: would be), `unchanged` for they stood already, `open`
    without a verdict."""

    rows: int
    recorded: int
    unchanged: int
    open: int
    dry_run: bool


@dataclass(frozen=True)
class _Sheet:
    path: Path
    frame: pd.DataFrame
    """Text without missing values; `line` is where each row stands."""

    def complaint(self, wrong: "pd.Series[bool]", what: str, shown: "pd.Series[str]") -> list[str]:
        if not wrong.any():
            return []
        rows = [f"line {line}: {value!r}" for line, value in zip(self.frame["line"][wrong], shown[wrong], strict=True)]
        listed = "; ".join([*rows[:MOST], *(["…"] if len(rows) > MOST else []), f"{len(rows)} in all"])
        return [f"{self.path.name}: {what} ({listed})"]


def import_decisions(
    database: Database, path: Path, *, by: str | None = None, force: bool = False, dry_run: bool = False
) -> Imported:
    """Record the decisions of a CSV file, all or none, in the order of its rows; again, it changes nothing.

    Columns: head, relation, tail, verdict (one of VERDICTS; rows with none or with pending are left out); optional: by
    (who decided; else `by`), reason, id. Others are ignored, so that an exported list of links with the verdicts filled
    in is such a file. Separated by commas, semicolons or tabs; UTF-8 or, as spreadsheets write it, UTF-16. With force,
    verdicts that contradict what stands and links between kinds that the relation never joins are recorded too, and
    where opinions differ the row settles it.

    Raises InputError with all that is wrong, line by line, before anything is recorded.
    """
    frame = _trim(database, _read(path).frame)
    open_ = frame["verdict"].isin(OPEN)
    frame["by"] = frame["by"].where(frame["by"] != "", by or "")
    sheet = _Sheet(path, frame[~open_])
    _raise(_check_cells(sheet))
    _raise(_check_names(database, sheet))
    _raise([] if force else _check_kinds(database, sheet))
    new, problems = _compare(database, sheet, force)
    _raise(problems)
    if not dry_run and not new.empty:
        decide_in_parts(database, _parts(new), queue="import", settles=force)
    return Imported(
        rows=len(frame),
        recorded=len(new),
        unchanged=len(sheet.frame) - len(new),
        open=int(open_.sum()),
        dry_run=dry_run,
    )


def _read(path: Path) -> _Sheet:
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
        line = skipped + reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise InputError(f"{path.name}: line {line} has {len(cells)} cells, the header has {len(header)}")
                given = dict(zip(header, map(unguard, cells), strict=True))
                row = {name: text if name in ENDS else text.strip() for name, text in given.items()}
                rows.append({**dict.fromkeys(OPTIONAL, ""), **row, "line": line})
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path.name}: the row that ends on line {skipped + reader.line_num}: {error}") from error
    frame = pd.DataFrame(rows, columns=["line", *REQUIRED, *OPTIONAL])
    frame["verdict"] = frame["verdict"].str.lower()
    return _Sheet(path, frame)


def _trim(database: Database, frame: pd.DataFrame) -> pd.DataFrame:
    """Without the blanks around ids and relations, unless the graph has one with just these."""
    trimmed = frame.copy()
    for name in ENDS:
        padded = [str(value) for value in frame[name].unique() if value != value.strip()]
        if padded and name == "relation":
            rows = database.read("decisions/list_known_relations", relations=padded)
            known = {row["relation"] for row in rows}
        else:
            unknown = [
                row["id"]
                for some in batches(padded, BATCH)
                for row in database.read("predict/find_unknown_ids", ids=some)
            ]
            known = set(padded).difference(unknown)
        trimmed[name] = frame[name].where(frame[name].isin(known), frame[name].str.strip())
    return trimmed


def _check_cells(sheet: _Sheet) -> list[str]:
    frame = sheet.frame
    problems: list[str] = []
    for name in ("head", "relation", "tail"):
        problems += sheet.complaint(frame[name] == "", f"{name} is empty", frame[name])
    problems += sheet.complaint(
        ~frame["verdict"].isin(VERDICTS), f"the verdict must be one of {', '.join(VERDICTS)} or empty", frame["verdict"]
    )
    problems += sheet.complaint(frame["by"] == "", "nobody is named who decided; give --by", frame["head"])
    given = frame["id"].where(frame["id"] != "", frame.index.astype(str))
    return problems + sheet.complaint(given.duplicated(), "an id must stand once", frame["id"])


def _check_names(database: Database, sheet: _Sheet) -> list[str]:
    frame = sheet.frame
    ends = [str(id_) for id_ in pd.unique(pd.concat([frame["head"], frame["tail"]]))]
    unknown = {
        row["id"] for some in batches(ends, BATCH) for row in database.read("predict/find_unknown_ids", ids=some)
    }
    problems: list[str] = []
    for end in ("head", "tail"):
        problems += sheet.complaint(frame[end].isin(unknown), f"the {end} is no entity of the graph", frame[end])
    relations = sorted(set(frame["relation"]))
    known = {row["relation"] for row in database.read("decisions/list_known_relations", relations=relations)}
    wrong = ~frame["relation"].isin(known - {*own_names(reserved.RELATIONS)})
    return problems + sheet.complaint(wrong, "no fact and no prediction has the relation", frame["relation"])


def _check_kinds(database: Database, sheet: _Sheet) -> list[str]:
    frame = sheet.frame[sheet.frame["verdict"] != "undone"]
    links = [(str(h), str(r), str(t)) for h, r, t in frame[[*ENDS]].itertuples(index=False, name=None)]
    found: dict[str, str] = {}
    for some in batches(links, BATCH):
        found |= unjoined_kinds(database, some)
    said = pd.Series([found.get(link_key(*link), "") for link in links], frame.index, dtype=object)
    what = "the relation never joins such kinds; --force records it all the same"
    return _Sheet(sheet.path, frame).complaint(said != "", what, said)


def _compare(database: Database, sheet: _Sheet, force: bool) -> tuple[pd.DataFrame, list[str]]:
    """The rows that would change what stands, and what is wrong with the rest."""
    ends = sheet.frame[["head", "relation", "tail"]].itertuples(index=False, name=None)
    frame = sheet.frame.assign(key=[link_key(*link) for link in ends])
    known: dict[str, list[Voice]] = {}
    for keys in batches([str(key) for key in frame["key"].unique()], BATCH):
        for row in database.read("decisions/read_decisions", keys=keys):
            known.setdefault(row["key"], []).append(Voice(row["id"], row["by"], row["verdict"], row["undoes"]))
    recorded = {voice.id for voices in known.values() for voice in voices}
    required = {found.relation for found in list_required(database)}
    new, contrary, empty = (np.zeros(len(frame), dtype=bool) for _ in range(3))
    after = {key: list(voices) for key, voices in known.items()}
    said_rows = frame[["key", "relation", "id", "by", "verdict"]].itertuples(index=False, name=None)
    for place, (key, relation, id_, by, verdict) in enumerate(said_rows):
        history = after.setdefault(key, [])
        voice = Voice(id_ or f"row {place}", by, verdict)
        if id_ in recorded or _repeats(history, voice):
            continue
        new[place] = True
        settled = bool(history) and history[-1].verdict in ("accepted", "rejected")
        contrary[place] = settled and voice.verdict != "undone" and history[-1].id in recorded
        try:
            outcome = weigh(history, voice, required=relation in required, settles=force)
        except InputError:
            (empty if voice.verdict == "undone" else contrary)[place] = True
        else:
            history.append(voice._replace(verdict=outcome.verdict, undoes=outcome.undoes))
    lastly = {key: f"{voices[-1].verdict} by {voices[-1].by}" for key, voices in known.items()}
    problems = sheet.complaint(
        pd.Series(empty, frame.index, dtype=bool), "nothing stands that could be undone", frame["key"]
    )
    if not force:
        what = "somebody decided otherwise; --force records it all the same"
        problems += sheet.complaint(
            pd.Series(contrary, frame.index, dtype=bool), what, frame["key"].map(lambda key: lastly.get(key, ""))
        )
    return frame[new], problems


def _repeats(history: Sequence[Voice], voice: Voice) -> bool:
    """Whether the row says what stands already, or what the same person said of a link whose opinions are open."""
    if opinions := open_opinions(history):
        return voice.by in opinions and said(opinions[voice.by].verdict) == said(voice.verdict)
    return bool(history) and history[-1].verdict == said(voice.verdict)


def _parts(frame: pd.DataFrame) -> list[tuple[str, list[Choice]]]:
    """Choices by person; a link's second decision comes in a later part than its first."""
    parts = []
    for (_, by), rows in frame.groupby([frame.groupby("key").cumcount(), "by"]):
        choices = [
            Choice(
                id=row["id"] or _made_id(row),
                head=row["head"],
                relation=row["relation"],
                tail=row["tail"],
                verdict=row["verdict"],
                reason=row["reason"] or None,
            )
            for row in rows.to_dict("records")
        ]
        parts.append((str(by), choices))
    return parts


def _made_id(row: dict[Hashable, Any]) -> str:
    """The same for the same row, so that a retry records nothing twice."""
    said = [str(row[name]) for name in ("line", "key", "verdict", "by", "reason")]
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\n".join(said)))


def _raise(problems: list[str]) -> None:
    if problems:
        raise InputError("\n".join(problems))
