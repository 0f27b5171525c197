"""What people decide about links: append only; the newest decision about a link stands."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import neo4j

from base.errors import InputError, shorten
from cypher.prefix import own_names
from graph import reserved
from graph.connection import Database, Row
from graph.curation.decision import Choice, ConflictError, Decision, NotTheirsError, Queue, decision_of, voice_of
from graph.curation.kinds import refuse_unjoined_kinds
from graph.curation.opinions import Voice, open_opinions, said, standing, weigh
from graph.link_key import link_key
from graph.loading.owned_properties import facts_known_in
from graph.transactions import change, run_in_transaction

ACCEPTED_SOURCE = "prediction"


class _Rules(NamedTuple):
    """What is not asked: whether others decided meanwhile; whether the relation joins such kinds.

    settles: this person decides where opinions differ. others: they may take back what other people decided.
    """

    force: bool
    any_kinds: bool
    settles: bool
    others: bool = True


def decide(
    database: Database,
    choices: Sequence[Choice],
    *,
    by: str,
    queue: Queue = "review",
    batch: str | None = None,
    force: bool = False,
    any_kinds: bool = False,
    settles: bool = False,
    others: bool = True,
) -> list[Decision]:
    """Record the choices, all or none, and make the graph follow; the decisions in the order of the choices.

    Where the relation requires a second opinion, a choice may be recorded as an opinion, see `opinions`; `settles`:
    this person decides where opinions differ; `others`: they may take back what other people decided.

    accepted: the link becomes a fact of the source 'prediction' (split train where no source gave one).
    rejected, undone: that source is taken from the fact again, which goes where nobody else asserts it (see
    `owned_properties`). After an undo, what another person had decided before stands again, see `opinions`.
    The PREDICTED link, where there is one, carries the verdict (undone: what stands again, or pending). The entities
    must be in the graph, the link need not have been predicted. With `force` nobody is asked whether `seen` is the
    newest decision, with `any_kinds` whether the relation joins entities of these kinds. An opinion need not know those
    of others.

    Raises ConflictError where `seen` is not the newest decision about its link; NotTheirsError; InputError for an
    unknown entity or relation, ends of kinds that no fact and no prediction of the relation joins, an id that stands
    for another choice, one link twice, or an undo where nothing stands. Waits for another transaction that writes the
    same links.
    """
    rules = _Rules(force, any_kinds, settles, others)
    (decisions,) = _decide(database, [(by, choices)], queue=queue, batch=batch, rules=rules)
    return decisions


def decide_in_parts(
    database: Database,
    parts: Sequence[tuple[str, Sequence[Choice]]],
    *,
    queue: Queue = "import",
    settles: bool = False,
) -> list[list[Decision]]:
    """Record the choices of several people, part after part, all in one transaction or none, whatever stands.

    Kinds are not asked about: `kinds.unjoined_kinds` tells them before. settles: see `decide`.

    Raises what `decide` raises.
    """
    return _decide(database, parts, queue=queue, batch=None, rules=_Rules(True, True, settles))


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
        heads = {choice.head for _, choices in parts for choice in choices}
        run_in_transaction(tx, "decisions/lock_heads", ids=sorted(heads))
        return [_decide_part(tx, choices, by=by, queue=queue, batch=batch, rules=rules) for by, choices in parts]

    return change(database, transact)


def _decide_part(
    tx: neo4j.ManagedTransaction, choices: Sequence[Choice], *, rules: _Rules, **common: str | None
) -> list[Decision]:
    before = _look_before(tx, choices)
    recorded = _recorded(before, choices)
    new = [choice for choice in choices if choice.id not in recorded]
    earlier = _earlier(before, [choice.key for choice in new])
    required = set(before["required"])
    if not rules.force:
        _refuse_unseen(new, earlier, required)
    # Of a link that a run proposed, the relation is known and joins the kinds.
    unpredicted = set(before["unpredicted"])
    if own := [choice for choice in new if choice.key in unpredicted]:
        _refuse_unknown_relations(tx, {choice.relation for choice in own})
    if asked := [(c.head, c.relation, c.tail) for c in own if c.verdict != "undone" and not rules.any_kinds]:
        refuse_unjoined_kinds(tx, asked)
    settled = _weigh(new, earlier, required, str(common["by"]), rules)
    made = _record(tx, settled, earlier, **common)
    return [recorded.get(choice.id) or made[choice.id] for choice in choices]


def history(database: Database, head: str, relation: str, tail: str) -> list[Decision]:
    """All decisions about one link, the oldest first."""
    rows = database.read("decisions/read_decisions", keys=[link_key(head, relation, tail)])
    return [decision_of(row) for row in rows]


def decided_since(database: Database, moment: datetime, limit: int) -> list[dict[str, Any]]:
    """The newest decisions from a moment on: id, head, at; at most `limit`."""
    return database.read("decisions/list_decided_since", after=moment.isoformat(), limit=limit)


def _refuse_repeats(choices: Sequence[Choice]) -> None:
    for what, values in (("link", [c.key for c in choices]), ("id", [c.id for c in choices])):
        if twice := [value for value, times in Counter(values).items() if times > 1]:
            raise InputError(f"each {what} may be decided once in one call: {shorten(twice)}")


def _look_before(tx: neo4j.ManagedTransaction, choices: Sequence[Choice]) -> Row:
    """What the graph says of the choices, see `read_before`. Raises InputError for an entity that it lacks."""
    (before,) = run_in_transaction(
        tx,
        "decisions/read_before",
        ids=[choice.id for choice in choices],
        keys=[choice.key for choice in choices],
        ends=sorted({end for choice in choices for end in (choice.head, choice.tail)}),
    )
    # What was said of an entity that is gone can still be taken back, beside what was said of others.
    named = {end for choice in choices if choice.verdict != "undone" for end in (choice.head, choice.tail)}
    if unknown := [end for end in before["unknown"] if end in named]:
        raise InputError(f"the choices name entities that are not in the graph: {shorten(unknown)}")
    return before


def _recorded(before: Row, choices: Sequence[Choice]) -> dict[str, Decision]:
    """The choices that were recorded by an earlier call, by id."""
    found = {row["id"]: decision_of(row) for row in before["recorded"]}
    other = [c.id for c in choices if c.id in found and not _says(found[c.id], c)]
    if other:
        raise InputError(f"another decision has this id already: {shorten(other)}; make a new one for each choice")
    return found


def _earlier(before: Row, keys: list[str]) -> dict[str, list[Decision]]:
    """All decisions about each of the links, oldest first."""
    found: dict[str, list[Decision]] = {key: [] for key in keys}
    for row in before["earlier"]:
        if row["key"] in found:
            found[row["key"]].append(decision_of(row))
    return found


def _says(decision: Decision, choice: Choice) -> bool:
    return (decision.key, said(decision.verdict)) == (choice.key, said(choice.verdict))


def _refuse_unseen(choices: Sequence[Choice], earlier: dict[str, list[Decision]], required: set[str]) -> None:
    unseen: list[Decision] = []
    for choice in choices:
        known = [d.number for d in earlier[choice.key] if d.id == choice.seen]
        if choice.seen is not None and not known:
            raise InputError(f"{choice.seen!r}, which was seen, is no decision about {choice.key}")
        voices = _voices(earlier[choice.key])
        opinions = [voice.id for voice in open_opinions(voices).values()]
        independent = choice.relation in required and choice.verdict != "undone"
        if opinions and (independent or choice.seen in opinions):
            continue
        # One that stands again is not the newest.
        if choice.seen is not None and choice.seen in [voice.id for voice in standing(voices)[:1]]:
            continue
        unseen += [d for d in earlier[choice.key] if d.number > max(known, default=0)]
    if unseen:
        raise ConflictError(unseen)


def _voices(decisions: Sequence[Decision]) -> list[Voice]:
    return [voice_of(decision) for decision in decisions]


def _weigh(
    choices: Sequence[Choice], earlier: dict[str, list[Decision]], required: set[str], by: str, rules: _Rules
) -> list[Row]:
    """What the choices become, as rows to be recorded."""
    rows: list[Row] = []
    for choice in choices:
        voice = Voice(choice.id, by, choice.verdict)
        try:
            outcome = weigh(
                _voices(earlier[choice.key]),
                voice,
                required=choice.relation in required,
                settles=rules.settles,
                seen=choice.seen,
                passing_over=choice.passing_over,
            )
        except InputError as error:
            raise InputError(f"{choice.key}: {error}") from error
        of = next((d.by for d in earlier[choice.key] if d.id == outcome.undoes), by)
        if of != by and not rules.others:
            raise NotTheirsError(choice.key, of)
        number = len(earlier[choice.key]) + 1
        rows.append(
            {
                **choice.model_dump(exclude={"seen", "passing_over"}),
                "key": choice.key,
                "number": number,
                **outcome._asdict(),
            }
        )
    return rows


def _record(
    tx: neo4j.ManagedTransaction, rows: Sequence[Row], earlier: dict[str, list[Decision]], **common: str | None
) -> dict[str, Decision]:
    if not rows:
        return {}
    if waited := [key for key, decisions in earlier.items() if decisions and decisions[-1].waiting]:
        run_in_transaction(tx, "opinions/close_open", keys=waited)
    made = run_in_transaction(
        tx, "decisions/record_decisions", rows=[{**row, "opinions": row["opinions"] or None} for row in rows], **common
    )
    accepted = [row for row in rows if "accepted" in (row["verdict"], row["waiting"])]
    if accepted:
        run_in_transaction(tx, "decisions/assert_facts", rows=accepted)
    if released := [row for row in rows if row["verdict"] in ("rejected", "undone") and row not in accepted]:
        ours = {"properties": facts_known_in(tx)}
        run_in_transaction(tx, "ingest/release_facts", rows=released, source=ACCEPTED_SOURCE, **ours)
    return {row["id"]: decision_of(row) for row in made}


def _refuse_unknown_relations(tx: neo4j.ManagedTransaction, relations: set[str]) -> None:
    found = run_in_transaction(tx, "decisions/list_known_relations", relations=sorted(relations))
    known = {row["relation"] for row in found}
    if unknown := sorted(relations - (known - {*own_names(reserved.RELATIONS)})):
        raise InputError(f"no fact and no prediction has the relation {shorten(unknown)}")
