"""Decisions from a table that people filled in, checked as a whole before any is recorded."""

import uuid
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from base.errors import InputError
from cypher.prefix import own_names
from graph import reserved
from graph.connection import Database, batches
from graph.curation.decision import Choice
from graph.curation.decision_sheet import BY_RULE, Sheet, in_order, read_sheet
from graph.curation.decisions import decide_in_parts
from graph.curation.kinds import unjoined_kinds
from graph.curation.opinions import Voice, list_required, open_opinions, said, standing, weigh
from graph.link_key import link_key
from graph.predicted.links import ENDS

VERDICTS = ("accepted", "rejected", "undone", "for", "against")
# What a list of links says of those that nobody has decided, opinions or not.
OPEN = ("", "pending", "opinion", "contested")
BATCH = 10_000


class Imported(BaseModel):
    """What came of the rows: `recorded` now (in a dry run: would be), `unchanged` for they are recorded or say what
    stands, `open` without a verdict. decided_since: of how many links something else holds by now than the last row
    said when it was recorded."""

    rows: int
    recorded: int
    unchanged: int
    open: int
    decided_since: int
    dry_run: bool


def import_decisions(
    database: Database, path: Path, *, by: str | None = None, force: bool = False, dry_run: bool = False
) -> Imported:
    """Record the decisions of a CSV file, all or none, in the order of its rows; again, it changes nothing.

    Columns: head, relation, tail, verdict (one of VERDICTS; rows with one of OPEN are left out); optional: by
    (who decided; else `by`), reason, id, and of an export undoes, restores, number and at (see `in_order`). Others are
    ignored, so that an exported list of links with the verdicts filled in is such a file. Separated by commas,
    semicolons or tabs; UTF-8 or, as spreadsheets write it, UTF-16. With force, verdicts that contradict what stands, an
    undo of what another person decided and links between kinds that the relation never joins are recorded too, and
    where opinions differ the row settles it.

    Raises InputError with all that is wrong, line by line, before anything is recorded.
    """
    frame = in_order(_trim(database, read_sheet(path).frame))
    open_ = frame["verdict"].isin(OPEN)
    frame["by"] = frame["by"].where(frame["by"] != "", by or "")
    sheet = Sheet(path, frame[~open_])
    _raise(_check_cells(sheet))
    _raise(_check_names(database, sheet))
    _raise([] if force else _check_kinds(database, sheet))
    new, decided_since, problems = _compare(database, sheet, force)
    _raise(problems)
    if not dry_run and not new.empty:
        decide_in_parts(database, _parts(new), queue="import", settles=force)
    return Imported(
        rows=len(frame),
        recorded=len(new),
        unchanged=len(sheet.frame) - len(new),
        open=int(open_.sum()),
        decided_since=decided_since,
        dry_run=dry_run,
    )


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


def _check_cells(sheet: Sheet) -> list[str]:
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


def _check_names(database: Database, sheet: Sheet) -> list[str]:
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


def _check_kinds(database: Database, sheet: Sheet) -> list[str]:
    frame = sheet.frame[sheet.frame["verdict"] != "undone"]
    links = [(str(h), str(r), str(t)) for h, r, t in frame[[*ENDS]].itertuples(index=False, name=None)]
    found: dict[str, str] = {}
    for some in batches(links, BATCH):
        found |= unjoined_kinds(database, some)
    said = pd.Series([found.get(link_key(*link), "") for link in links], frame.index, dtype=object)
    what = "the relation never joins such kinds; --force records it all the same"
    return Sheet(sheet.path, frame).complaint(said != "", what, said)


def _compare(database: Database, sheet: Sheet, force: bool) -> tuple[pd.DataFrame, int, list[str]]:
    """The rows that would change what stands, of how many links something else holds than their last row said when it
    was recorded, and what is wrong with the rest."""
    ends = sheet.frame[["head", "relation", "tail"]].itertuples(index=False, name=None)
    frame = sheet.frame.assign(key=[link_key(*link) for link in ends])
    frame["id"] = [row["id"] or _made_id(row) for row in frame.to_dict("records")]
    known: dict[str, list[Voice]] = {}
    for keys in batches([str(key) for key in frame["key"].unique()], BATCH):
        for row in database.read("decisions/read_decisions", keys=keys):
            known.setdefault(row["key"], []).append(Voice(**{name: row[name] for name in Voice._fields}))
    stored = {voice.id: voice for voices in known.values() for voice in voices}
    recorded = _find_recorded(database, [str(id_) for id_ in frame["id"]])
    required = {found.relation for found in list_required(database)}
    new, contrary, empty, altered = (np.zeros(len(frame), dtype=bool) for _ in range(4))
    after = {key: list(voices) for key, voices in known.items()}
    earlier: dict[str, Voice | None] = {}
    passing_over: list[tuple[str, ...]] = [()] * len(frame)
    said_rows = frame[["key", "relation", "id", "by", "verdict", "undoes", "restores"]].itertuples(
        index=False, name=None
    )
    for place, (key, relation, id_, by, verdict, undoes, restores) in enumerate(said_rows):
        history = after.setdefault(key, [])
        voice = Voice(id_, by, verdict)
        earlier[key] = voice if id_ in recorded else None
        if id_ in recorded:
            altered[place] = recorded[id_] != (key, said(verdict), by)
        if id_ in recorded or _repeats(history, voice):
            continue
        new[place] = True
        stands = standing(history)
        contrary[place] = bool(stands) and voice.verdict != "undone" and stands[0].id in stored
        if restores != BY_RULE:
            passing_over[place] = tuple(other.id for other in history if other.id != restores)
        try:
            outcome = weigh(
                history,
                voice,
                required=relation in required,
                settles=force,
                seen=undoes,
                passing_over=passing_over[place],
            )
        except InputError:
            (empty if voice.verdict == "undone" else contrary)[place] = True
            continue
        # On the page, too, only an admin takes back what another person decided.
        target = stored.get(outcome.undoes or "")
        contrary[place] |= target is not None and target.by != by and target.id != undoes
        history.append(voice._replace(verdict=outcome.verdict, undoes=outcome.undoes, restores=outcome.restores))
    frame = frame.assign(passing_over=pd.Series(passing_over, frame.index, dtype=object))
    superseded = [key for key, voice in earlier.items() if voice and not _holds(after[key], voice)]
    lastly = {
        key: f"{(last := (standing(voices) or voices[-1:])[0]).verdict} by {last.by}" for key, voices in known.items()
    }
    what = "the id is recorded with another link, verdict or person; empty its cell for a new decision"
    problems = sheet.complaint(pd.Series(altered, frame.index, dtype=bool), what, frame["id"])
    problems += sheet.complaint(
        pd.Series(empty, frame.index, dtype=bool), "nothing stands that could be undone", frame["key"]
    )
    if not force:
        what = "somebody decided otherwise; --force records it all the same"
        problems += sheet.complaint(
            pd.Series(contrary, frame.index, dtype=bool), what, frame["key"].map(lambda key: lastly.get(key, ""))
        )
    return frame[new], len(superseded), problems


def _find_recorded(database: Database, ids: list[str]) -> dict[str, tuple[str, str, str]]:
    """Of these decisions those that the graph has, whatever they are about: link, verdict and person."""
    rows = [row for some in batches(ids, BATCH) for row in database.read("decisions/find_decisions", ids=some)]
    return {row["id"]: (row["key"], said(row["verdict"]), row["by"]) for row in rows}


def _repeats(history: Sequence[Voice], voice: Voice) -> bool:
    """Whether the row says what stands already, or what the same person said of a link whose opinions are open."""
    if opinions := open_opinions(history):
        return voice.by in opinions and said(opinions[voice.by].verdict) == said(voice.verdict)
    last = next(iter(standing(history) or history[-1:]), None)
    return last is not None and last.verdict == said(voice.verdict)


def _holds(history: Sequence[Voice], voice: Voice) -> bool:
    """Whether what somebody said of a link still holds."""
    return (bool(history) and history[-1].id == voice.id) or _repeats(history, voice)


def _parts(frame: pd.DataFrame) -> list[tuple[str, list[Choice]]]:
    """Choices by person; a link's second decision comes in a later part than its first."""
    parts = []
    for (_, by), rows in frame.groupby([frame.groupby("key").cumcount(), "by"]):
        choices = [
            Choice(
                id=row["id"],
                head=row["head"],
                relation=row["relation"],
                tail=row["tail"],
                verdict=row["verdict"],
                reason=row["reason"] or None,
                seen=row["undoes"] or None,
                passing_over=row["passing_over"],
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
