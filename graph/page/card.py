"""What a curator needs to see of one predicted link: its ends, what is known, and why it is proposed."""

import json
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, computed_field

from cypher.prefix import program_name
from graph import reserved
from graph.connection import Database, Row
from graph.curation.decision import Decision, decision_of, voice_of
from graph.curation.decisions import ACCEPTED_SOURCE
from graph.curation.notes import Note, note_of
from graph.curation.opinions import Voice, open_opinions
from graph.link_key import ends_of
from graph.page.numbers import finite

# What the pipeline keeps on an entity for itself, or what the page shows in a place of its own.
_INNER = frozenset({"id", "name", "label", "text", "url", "rights", "image", *reserved.ENTITY_PROPERTIES})
SOURCES = ("structural", "visual", "textual", "facts")
# The verdicts of links that a curator may still decide.
OPEN = ("pending", "opinion")
# Other candidates that are offered.
OTHERS = 5
# What orders of the queue go by, and what else a card says as the link does.
PLACES = ("priority", "uncertainty", "draw")
_COLUMNS = (
    *(*PLACES, "probability", "answer_probability", "score", "rank"),
    *("calibrated_on", "previous_probability", "run_id", "model_version"),
)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class Named(BaseModel):
    """An entity where it is only mentioned; `picture` is a digest of the picture store.

    name: an adopted graph may have a number or several names.
    """

    id: str
    name: Annotated[str, BeforeValidator(_plain)]
    label: str | None = None
    picture: str | None = None


class Entity(Named):
    """An entity in full; `properties` are the further columns of its source, `image` is where its picture is from."""

    text: str = ""
    url: str | None = None
    rights: str | None = None
    image: str | None = None
    properties: dict[str, str] = {}


class Fact(Named):
    """The other end of a fact, and where the fact is from.

    since: when it was first recorded. accepted_by: who made it a fact by accepting a prediction, with the time.
    """

    sources: list[str] = []
    since: datetime | None = None
    accepted_by: str | None = None
    accepted_at: datetime | None = None

    @computed_field
    def accepted(self) -> bool:
        """Whether a person accepted it, beside or in place of a source that records it."""
        return ACCEPTED_SOURCE in self.sources

    @property
    def recorded_by(self) -> list[str]:
        """The sources that record it."""
        return [name for name in self.sources if name != ACCEPTED_SOURCE]


class Step(BaseModel):
    """One fact of a path: read from left to right, or `backwards`."""

    relation: str
    backwards: bool
    to: Named


class Path(BaseModel):
    """A way over facts from the head to the tail, and how many ways of its kind there are."""

    start: Named
    steps: list[Step]
    count: int


class Similar(BaseModel):
    """A near entity that has the same fact; `similarity` is a cosine."""

    entity: Named
    similarity: float | None


class Other(Named):
    """Another candidate for the same question; `seen` is the id of the newest decision about it.

    place: its number on the page, which stays while others before it are decided.
    """

    key: str
    place: int
    seen: str | None
    verdict: str
    probability: float | None
    rank: int | None


class Card(BaseModel):
    """One link; `shares` say how much structure, picture, text and facts contributed (they sum to 1).

    state: current or stale, of a run; unproposed, where a person alone said it.
    """

    key: str
    relation: str
    head: Entity
    tail: Entity
    facts: dict[str, list[Fact]]
    probability: float | None
    answer_probability: float | None
    priority: float | None
    uncertainty: float | None
    draw: float | None
    score: float | None
    rank: int | None
    calibrated_on: str | None
    previous_probability: float | None
    state: str
    verdict: str
    run_id: str | None
    model_version: str | None
    rules: list[str]
    """What the facts show for it, in sentences, the best first."""
    shares: dict[str, float]
    similar: list[Similar]
    paths: list[Path]
    others: list[Other]
    functional: bool
    """Whether the head has one value of the relation, so that another answer says that this one is wrong."""
    decisions: list[Decision]
    notes: list[Note]
    """What people noted about it, the newest first."""

    @property
    def seen(self) -> str | None:
        """The id of the newest decision about the link."""
        return self.decisions[-1].id if self.decisions else None

    @property
    def opinions(self) -> dict[str, Voice]:
        """The opinions that are open, by person."""
        return open_opinions([voice_of(made) for made in self.decisions])


class Found(NamedTuple):
    """A link as it was read. Its paths and what is similar are ids as yet: `card` is given the names of `mentioned`."""

    row: Row
    paths: list[list[str]]

    @property
    def mentioned(self) -> list[str]:
        """The ids of the entities that the card names beside its ends."""
        return [*self._similar, *(id_ for path in self.paths for id_ in path[::2])]

    @property
    def place(self) -> Row:
        """Where the link stands in each order of the queue, see `list_keys`."""
        return {"key": self.row["key"], **{name: self._link.get(name) for name in PLACES}}

    @property
    def _link(self) -> Row:
        return self.row["link"] or {}

    @property
    def _similar(self) -> list[str]:
        return list(self._link.get("similar") or [])

    def card(self, named: Mapping[str, Named]) -> Card:
        """All that is shown of the link; named: what `read_names` says of the mentioned."""
        row, link = self.row, self._link
        decisions = [decision_of(made) for made in row["decisions"]]
        return Card(
            key=row["key"],
            relation=row["relation"],
            head=entity_of(row["head"]),
            tail=entity_of(row["tail"]),
            facts=_by_relation(row["facts"]),
            **{name: link.get(name) for name in _COLUMNS},
            state=link.get("state", "unproposed"),
            verdict=link.get("verdict") or decisions[-1].leaves,
            rules=[link["rule"], *(link.get("more_rules") or [])] if link.get("rule") else [],
            shares={name: link[f"share_{name}"] for name in SOURCES if link.get(f"share_{name}") is not None},
            similar=_similar(self._similar, link.get("similarity"), named),
            paths=_paths(self.paths, link.get("path_counts"), named),
            others=_others(row["others"]),
            functional=row["functional"],
            decisions=decisions,
            notes=[note_of(note) for note in row["notes"]],
        )


def find_link(database: Database, key: str) -> Found | None:
    """The link of that key; None where no run proposed it and nobody decided it."""
    ends = ends_of(key)
    rows = database.read("review/read_card", key=key, head=ends[0], relation=ends[1], tail=ends[2]) if ends else []
    if not rows:
        return None
    row = finite(rows[0])
    return Found({**row, "key": key}, [json.loads(path) for path in (row["link"] or {}).get("paths") or []])


def read_card(database: Database, key: str) -> Card | None:
    """The link of that key with all that is shown of it; None where no run proposed it and nobody decided it."""
    found = find_link(database, key)
    return found.card(read_names(database, found.mentioned)) if found is not None else None


def read_names(database: Database, ids: list[str]) -> dict[str, Named]:
    """The entities of these ids; those that are gone are left out."""
    rows = database.read("review/read_names", ids=sorted(set(ids))) if ids else []
    return {row["id"]: Named(**{**row, "name": row["name"] or row["id"]}) for row in rows}


def entity_of(row: Row) -> Entity:
    """An entity with all its properties, under the names that they have in the graph."""
    further = {
        name: _plain(value)
        for name, value in sorted(row.items())
        if program_name(name) not in _INNER and value is not None
    }
    known = {bare: value for name, value in row.items() if (bare := program_name(name))}
    return Entity(
        id=known["id"],
        name=known.get("name") or known["id"],
        label=known["label"],
        picture=known.get("image_sha256"),
        text=_plain(known.get("text") or ""),
        url=_first_text(known.get("url")),
        rights=_plain(known["rights"]) if known.get("rights") is not None else None,
        image=_first_text(known.get("image")),
        properties={name: value for name, value in further.items() if not name.startswith("_")},
    )


def _first_text(value: Any) -> str | None:
    """An address: an adopted graph may have several, or what is none."""
    first = next(iter(value), None) if isinstance(value, list) else value
    return first if isinstance(first, str) else None


def fact_of(row: Row) -> Fact:
    """The other end of a fact, with Python's own times."""
    times = {name: row[name].to_native() if row[name] else None for name in ("since", "accepted_at")}
    return Fact(**{**row, **times})


def _by_relation(facts: list[Row]) -> dict[str, list[Fact]]:
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact["relation"], []).append(fact_of(fact))
    return grouped


def _others(rows: list[Row]) -> list[Other]:
    """Up to the fifth undecided one; decided ones between them keep their places, so no key changes its meaning."""
    found: list[Other] = []
    for place, other in enumerate(rows, 1):
        if sum(o.verdict in OPEN for o in found) == OTHERS:
            break
        found.append(Other(**{**other, "name": other["name"] or other["id"], "place": place}))
    return found


def _similar(ids: list[str], similarities: list[float] | None, named: Mapping[str, Named]) -> list[Similar]:
    values = [*(similarities or []), *[None] * len(ids)]
    return [Similar(entity=named[i], similarity=value) for i, value in zip(ids, values, strict=False) if i in named]


def _paths(paths: list[list[str]], counts: list[int] | None, named: Mapping[str, Named]) -> list[Path]:
    found = []
    for path, count in zip(paths, [*(counts or []), *[1] * len(paths)], strict=False):
        nodes = [named.get(id_) or Named(id=id_, name=id_) for id_ in path[::2]]
        steps = [
            Step(relation=relation[1:], backwards=relation.startswith("<"), to=to)
            for relation, (_, to) in zip(path[1::2], pairwise(nodes), strict=True)
        ]
        found.append(Path(start=nodes[0], steps=steps, count=count))
    return found
