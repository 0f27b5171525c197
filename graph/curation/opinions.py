"""Where two people must agree: what is open about a link, and what one more choice makes of it.

Where a relation requires a second opinion, the first acceptance or rejection is an opinion, ``for`` or ``against``. The
first choice of another person that agrees with all open opinions decides the link, so a decision ``accepted`` or
``rejected`` always says what holds. Opinions that differ wait for somebody who may settle them.

Who takes back a decision takes back their own word alone: what another person had decided before stands again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from base.errors import InputError
from graph.connection import Database
from graph.query import refuse_unknown_relation

Verdict = Literal["accepted", "rejected", "undone", "for", "against"]
Waiting = Literal["opinion", "contested"]
# What is said of a link beside the newest decision about it: what it waits for, or the verdict that stands again.
Left = Literal["opinion", "contested", "accepted", "rejected"]
SAID: Mapping[str, Verdict] = {"for": "accepted", "against": "rejected"}
_VOICED: Mapping[str, Verdict] = {"accepted": "for", "rejected": "against"}


class Requirement(NamedTuple):
    """A relation on whose links two people must agree, who asked for it, and since when."""

    relation: str
    by: str
    at: datetime


class Voice(NamedTuple):
    """One decision about a link; `undoes` is the id of the one that it takes back, `restores` of what stands again."""

    id: str
    by: str
    verdict: Verdict
    undoes: str | None = None
    restores: str | None = None


class Outcome(NamedTuple):
    """What a choice becomes, and what is taken back.

    waiting: what the link waits for then, or the verdict that stands again. opinions: the ids of open opinions, or of
    the decision `restores` that stands again.
    """

    verdict: Verdict
    waiting: Left | None = None
    opinions: Sequence[str] = ()
    undoes: str | None = None
    restores: str | None = None


def said(verdict: Verdict) -> Verdict:
    """Whether somebody accepts or rejects, be it a decision or an opinion."""
    return SAID.get(verdict, verdict)


def open_opinions(history: Sequence[Voice]) -> dict[str, Voice]:
    """The opinions about a link that count, by person, in the order of the decisions; history: the oldest first.

    A decision ends them, and who takes it back has them open again.
    """
    now: dict[str, Voice] = {}
    ended: dict[str, dict[str, Voice]] = {}
    for voice in history:
        if voice.verdict in SAID:
            now = {**{by: other for by, other in now.items() if by != voice.by}, voice.by: voice}
        elif voice.verdict == "undone":
            left = {by: other for by, other in now.items() if other.id != voice.undoes}
            now = left if len(left) < len(now) else ended.get(voice.undoes or "", {})
        else:
            ended[voice.id], now = now, {}
    return now


def standing(history: Sequence[Voice]) -> list[Voice]:
    """The decision that stands, then what other people had last decided before it, the newest first; history: the
    oldest first. Empty where no decision stands."""
    found: list[Voice] = []
    for voice in history:
        if voice.verdict in _VOICED:
            found = [voice, *(other for other in found if other.by != voice.by)]
        elif voice.verdict == "undone":
            ids = [other.id for other in found]
            found = found[ids.index(voice.restores) :] if voice.restores in ids else []
    return found


def weigh(
    history: Sequence[Voice],
    choice: Voice,
    *,
    required: bool,
    settles: bool,
    seen: str | None = None,
    passing_over: Collection[str] = (),
) -> Outcome:
    """What the choice becomes after the history of its link.

    required: the relation requires a second opinion. settles: this person may settle what others differ about, and
    decide otherwise than two of them did. seen: of an undo, the decision that is to be taken back. passing_over: of an
    undo, decisions that do not stand again after it.

    Raises InputError where nothing stands that could be undone, or where the choice contradicts what two people agreed.
    """
    now = open_opinions(history)
    if choice.verdict == "undone":
        return _undo(history, now, choice, seen, passing_over)
    wanted, voiced = said(choice.verdict), choice.verdict in SAID
    if stands := standing(history):
        last = stands[0]
        if wanted != last.verdict and (required or voiced) and not settles:
            raise InputError(f"it is {last.verdict} already, lastly by {last.by}; only an admin can decide otherwise")
        return Outcome(wanted)
    if not (required or voiced):
        return Outcome(wanted)
    others = {by: voice for by, voice in now.items() if by != choice.by}
    agreed = bool(others) and _alike([*others.values(), choice])
    settled = settles and choice.by not in now and not _alike(now.values())
    if agreed or settled:
        return Outcome(wanted)
    voices = [*others.values(), choice]
    return Outcome(_VOICED[wanted], _waiting(voices), [voice.id for voice in voices])


def require(database: Database, relation: str, *, by: str) -> None:
    """Have two people agree on each link of a relation from now on. What is decided stays decided.

    Raises InputError for a relation that no fact and no link has.
    """
    refuse_unknown_relation(database, relation)
    database.write("opinions/require_opinion", relation=relation, by=by)


def lift(database: Database, relation: str, *, by: str) -> None:
    """Let one person decide again. Links with an opinion wait on, and whoever comes next decides them.

    Raises InputError where no second opinion is required.
    """
    if not database.write("opinions/lift_requirement", relation=relation, by=by):
        known = ", ".join(found.relation for found in list_required(database)) or "none"
        raise InputError(f"{relation!r} requires no second opinion; those that do: {known}")


def list_required(database: Database) -> list[Requirement]:
    """The relations that require a second opinion, by name."""
    rows = database.read("opinions/list_required")
    return [Requirement(row["relation"], row["by"], row["at"].to_native()) for row in rows]


def _undo(
    history: Sequence[Voice], now: Mapping[str, Voice], choice: Voice, seen: str | None, passing_over: Collection[str]
) -> Outcome:
    ids = [voice.id for voice in now.values()]
    stands = standing(history)
    if now:
        own = now.get(choice.by)
        target = seen if seen in ids else own.id if own is not None else ids[-1]
    elif stands:
        target = stands[0].id
        if before := next((voice for voice in stands[1:] if voice.id not in passing_over), None):
            return Outcome("undone", _left_by(before), [before.id], target, before.id)
    else:
        raise InputError("nothing stands that could be undone")
    left = list(open_opinions([*history, choice._replace(undoes=target)]).values())
    return Outcome("undone", _waiting(left), [voice.id for voice in left], target)


def _left_by(decision: Voice) -> Left:
    return "accepted" if decision.verdict == "accepted" else "rejected"


def _waiting(voices: Sequence[Voice]) -> Waiting | None:
    if not voices:
        return None
    return "opinion" if _alike(voices) else "contested"


def _alike(voices: Iterable[Voice]) -> bool:
    return len({said(voice.verdict) for voice in voices}) < 2
