"""What people decide about links: append only; the newest decision about a link stands."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import neo4j
import pandas as pd
from pydantic import BaseModel, ConfigDict

from base.errors import InputError, PipelineError, shorten
from cypher.prefix import own_names
from graph import reserved
from graph.connection import Database, Row
from graph.link_key import link_key
from graph.transactions import change, run_in_transaction

Verdict = Literal["accepted", "rejected", "undone"]
Queue = Literal["review", "audit", "batch", "import"]
ACCEPTED_SOURCE = "prediction"


class Choice(BaseModel):
    """What somebody wants to decide about one link; `undone` takes back what stands.

    id: made by the one who decides, a UUID; the same id again changes nothing and returns what was recorded.
    seen: the newest decision about the link that this person knew; None: they knew of none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    head: str
    relation: str
    tail: str
    verdict: Verdict
    reason: str | None = None
    seen: str | None = None

    @property
    def key(self) -> str:
        return link_key(self.head, self.relation, self.tail)


class Decision(BaseModel):
    """What somebody decided about one link, and what the run that proposed it said (None where none did).

    number: 1 for the first decision about the link, and so on.
    """

    id: str
    number: int
    head: str
    relation: str
    tail: str
    verdict: Verdict
    by: str
    at: datetime
    reason: str | None
    run_id: str | None
    model_version: str | None
    probability: float | None
    batch: str | None
    queue: Queue

    @property
    def key(self) -> str:
        return link_key(self.head, self.relation, self.tail)


class _Rules(NamedTuple):
    """What is not asked: whether others decided meanwhile; whether the relation joins such kinds."""

    force: bool
    any_kinds: bool


class ConflictError(PipelineError):
    """Somebody decided in between; `conflicts` are the decisions that had not been seen, oldest first."""

    def __init__(self, conflicts: list[Decision]) -> None:
        self.conflicts = conflicts
        said = [f"{d.head} {d.relation} {d.tail}: {d.verdict} by {d.by}" for d in conflicts]
        super().__init__(f"decided by others meanwhile: {shorten(said)}; look at the links again")


def decide(
    database: Database,
    choices: Sequence[Choice],
    *,
    by: str,
    queue: Queue = "review",
    batch: str | None = None,
    force: bool = False,
    any_kinds: bool = False,
) -> list[Decision]:
    """Record the choices, all or none, and make the graph follow; the decisions in the order of the choices.

    accepted: the link becomes a fact of the source 'prediction' (split train where no source gave one).
    rejected, undone: that source is taken from the fact again, which goes where nobody else asserts it.
    The PREDICTED link, where there is one, carries the verdict (undone: pending). The entities must be in the graph,
    the link need not have been predicted. With `force` nobody is asked whether `seen` is the newest decision, with
    `any_kinds` whether the relation joins entities of these kinds.

    Raises ConflictError where `seen` is not the newest decision about its link; InputError for an unknown entity or
    relation, ends of kinds that no fact and no prediction of the relation joins, an id that stands for another choice,
    one link twice, or an undo where nothing stands. Waits for another transaction that writes the same links.
    """
    rules = _Rules(force, any_kinds)
    (decisions,) = _decide(database, [(by, choices)], queue=queue, batch=batch, rules=rules)
    return decisions


def decide_in_parts(
    database: Database, parts: Sequence[tuple[str, Sequence[Choice]]], *, queue: Queue = "import"
) -> list[list[Decision]]:
    """Record the choices of several people, part after part, all in one transaction or none, whatever stands.

    Kinds are not asked about: `unjoined_kinds` tells them before.

    Raises what `decide` raises.
    """
    return _decide(database, parts, queue=queue, batch=None, rules=_Rules(force=True, any_kinds=True))


def _decide(
    database: Database,
    parts: Sequence[tuple[str, Sequence[Choice]]],
    *,
    queue: Queue,
    batch: str | None,
    rules: _Rules,
) -> list[list[Decision]]:
    for by, choices in parts:
        if not by.strip():
            raise InputError("a decision needs the name of who makes it")
        _refuse_repeats(choices)

    def transact(tx: neo4j.ManagedTransaction) -> list[list[Decision]]:
        _lock(tx, [choice for _, choices in parts for choice in choices])
        return [_decide_part(tx, choices, by=by, queue=queue, batch=batch, rules=rules) for by, choices in parts]

    return change(database, transact)


def _decide_part(
    tx: neo4j.ManagedTransaction, choices: Sequence[Choice], *, rules: _Rules, **common: str | None
) -> list[Decision]:
    recorded = _recorded(tx, choices)
    new = [choice for choice in choices if choice.id not in recorded]
    earlier = _earlier(tx, [choice.key for choice in new])
    if not rules.force:
        _refuse_unseen(new, earlier)
    _refuse_unknown_relations(tx, {choice.relation for choice in new})
    if not rules.any_kinds:
        _refuse_unjoined_kinds(tx, new)
    made = _record(tx, new, earlier, **common)
    return [recorded.get(choice.id) or made[choice.id] for choice in choices]


def unjoined_kinds(database: Database, links: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """By key those of the links (head, relation, tail) whose relation never joins such kinds: the kinds in words."""
    rows = [{"key": link_key(*link), "head": link[0], "relation": link[1], "tail": link[2]} for link in links]
    return _in_words(database.read("decisions/find_unjoined_kinds", rows=rows))


def history(database: Database, head: str, relation: str, tail: str) -> list[Decision]:
    """All decisions about one link, the oldest first."""
    rows = database.read("decisions/read_decisions", keys=[link_key(head, relation, tail)])
    return [_decision(row) for row in rows]


def decided_since(database: Database, moment: datetime, limit: int) -> list[dict[str, Any]]:
    """The newest decisions from a moment on: id, head, at; at most `limit`."""
    return database.read("decisions/list_decided_since", after=moment.isoformat(), limit=limit)


def conflicts(database: Database) -> pd.DataFrame:
    """Links that need talking about, the newest first.

    Columns: head, relation, tail, kind ('disagreement': the last verdicts of two people differ; 'dispute': a fact of a
    source that somebody rejected; 'lost': somebody accepted it, and its fact was deleted), verdict, by, at (of the
    newest decision), verdicts (list of 'person: verdict'), sources (list: who asserts the fact).
    """
    columns = ["head", "relation", "tail", "kind", "verdict", "by", "at", "verdicts", "sources"]
    rows = database.read("decisions/list_disagreements")
    rows += [
        {**row, "kind": "lost", "verdict": "accepted", "verdicts": [f"{row['by']}: accepted"], "sources": []}
        for row in database.read("adopt/list_lost_facts")
        if row["gone"] == "fact"
    ]
    frame = pd.DataFrame([{**row, "at": row["at"].to_native()} for row in rows], columns=columns)
    return frame.sort_values(["at", "head", "relation", "tail"], ascending=[False, True, True, True], ignore_index=True)


def _refuse_repeats(choices: Sequence[Choice]) -> None:
    for what, values in (("link", [c.key for c in choices]), ("id", [c.id for c in choices])):
        if twice := [value for value, times in Counter(values).items() if times > 1]:
            raise InputError(f"each {what} may be decided once in one call: {shorten(twice)}")


def _lock(tx: neo4j.ManagedTransaction, choices: Sequence[Choice]) -> None:
    locked = {
        row["id"] for row in run_in_transaction(tx, "decisions/lock_heads", ids=sorted({c.head for c in choices}))
    }
    ends = sorted({end for c in choices for end in (c.head, c.tail)} - locked)
    if unknown := [row["id"] for row in run_in_transaction(tx, "predict/find_unknown_ids", ids=ends)]:
        raise InputError(f"the choices name entities that are not in the graph: {shorten(unknown)}")


def _recorded(tx: neo4j.ManagedTransaction, choices: Sequence[Choice]) -> dict[str, Decision]:
    """The choices that were recorded by an earlier call, by id."""
    rows = run_in_transaction(tx, "decisions/find_decisions", ids=[choice.id for choice in choices])
    found = {row["id"]: _decision(row) for row in rows}
    other = [c.id for c in choices if c.id in found and (found[c.id].key, found[c.id].verdict) != (c.key, c.verdict)]
    if other:
        raise InputError(f"another decision has this id already: {shorten(other)}; make a new one for each choice")
    return found


def _earlier(tx: neo4j.ManagedTransaction, keys: list[str]) -> dict[str, list[Decision]]:
    """All decisions about each of the links, oldest first."""
    found: dict[str, list[Decision]] = {key: [] for key in keys}
    for row in run_in_transaction(tx, "decisions/read_decisions", keys=keys):
        found[row["key"]].append(_decision(row))
    return found


def _refuse_unseen(choices: Sequence[Choice], earlier: dict[str, list[Decision]]) -> None:
    unseen: list[Decision] = []
    for choice in choices:
        known = [d.number for d in earlier[choice.key] if d.id == choice.seen]
        if choice.seen is not None and not known:
            raise InputError(f"{choice.seen!r}, which was seen, is no decision about {choice.key}")
        unseen += [d for d in earlier[choice.key] if d.number > max(known, default=0)]
    if unseen:
        raise ConflictError(unseen)


def _refuse_unjoined_kinds(tx: neo4j.ManagedTransaction, choices: Sequence[Choice]) -> None:
    rows = [
        {**c.model_dump(include={"head", "relation", "tail"}), "key": c.key} for c in choices if c.verdict != "undone"
    ]
    if wrong := _in_words(run_in_transaction(tx, "decisions/find_unjoined_kinds", rows=rows)):
        said = [f"{key}: {kinds}" for key, kinds in wrong.items()]
        raise InputError(f"the relation never joins such kinds: {shorten(said)}; it can be forced")


def _in_words(rows: Sequence[Row]) -> dict[str, str]:
    return {key: "{head_kind} {relation} {tail_kind}".format(**row) for row in rows for key in row["keys"]}


def _record(
    tx: neo4j.ManagedTransaction,
    choices: Sequence[Choice],
    earlier: dict[str, list[Decision]],
    **common: str | None,
) -> dict[str, Decision]:
    if not choices:
        return {}
    for choice in choices:
        if choice.verdict == "undone" and (not earlier[choice.key] or earlier[choice.key][-1].verdict == "undone"):
            raise InputError(f"nothing stands that could be undone about {choice.key}")
    rows: list[Row] = [
        {**choice.model_dump(exclude={"seen"}), "key": choice.key, "number": len(earlier[choice.key]) + 1}
        for choice in choices
    ]
    made = run_in_transaction(tx, "decisions/record_decisions", rows=rows, **common)
    run_in_transaction(tx, "decisions/assert_facts", rows=[row for row in rows if row["verdict"] == "accepted"])
    released = [row for row in rows if row["verdict"] != "accepted"]
    run_in_transaction(tx, "ingest/release_facts", rows=released, source=ACCEPTED_SOURCE)
    return {row["id"]: _decision(row) for row in made}


def _refuse_unknown_relations(tx: neo4j.ManagedTransaction, relations: set[str]) -> None:
    known = {
        row["relation"] for row in run_in_transaction(tx, "decisions/list_known_relations", relations=sorted(relations))
    }
    if unknown := sorted(relations - (known - {*own_names(reserved.RELATIONS)})):
        raise InputError(f"no fact and no prediction has the relation {shorten(unknown)}")


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(**{**row, "at": row["at"].to_native()})
