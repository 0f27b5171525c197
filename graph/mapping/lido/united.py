"""What a LIDO record says in all its languages: each fact once, and what may be a translation counted."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from graph.mapping.lido.record import WEB
from graph.mapping.lido.said import Asked, Said
from graph.mapping.rdf.languages import MAY_TRANSLATE, take_said
from graph.mapping.source_kind import Tally

NO_FACT = ""  # among the ends of a relation: something was said that is none


@dataclass
class United:
    """row: the work's columns. entities, facts: of it and of what it names. related: relation and ids of works."""

    row: dict[str, Any] = field(default_factory=dict)
    entities: list[dict[str, Any]] = field(default_factory=list)
    facts: list[tuple[str, str, str]] = field(default_factory=list)
    related: list[tuple[str, list[str]]] = field(default_factory=list)


def unite(work: str, parts: list[Said], tally: Tally) -> United:
    """The descriptions of one work, the one in the best language first. What is no fact is told once."""
    united = United()
    ends: dict[Asked, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    called: dict[tuple[str, str], str] = {}
    rows: list[dict[str, Any]] = []
    for place, part in enumerate(parts):
        same = _find_same(part, called)
        rows += [{**row, "id": same.get(row["id"], row["id"])} for row in part.entities]
        for (head, relation, path), tail in part.facts:
            ends[same.get(head, head), relation, path][place].add(same.get(tail, tail))
        for (head, relation, path), why, shown in part.left:
            told = ends[same.get(head, head), relation, path]
            if all(place == other or NO_FACT not in said for other, said in told.items()):
                tally.leave_out(relation, why, shown)
            told[place].add(NO_FACT)
        _unite_rest(united, part, tally, most=max((other.events for other in parts[:place]), default=0))
    known = {work}
    for (head, relation, _), by_place in ends.items():
        # Of what is left out nothing is said; what names it stands before what it names.
        if head in known:
            taken, left = (said - {NO_FACT} for said in take_said(by_place))
            known |= taken
            united.facts += [(head, relation, tail) for tail in sorted(taken)]
            if left:
                tally.leave_out(relation, MAY_TRANSLATE, f"{head}: {', '.join(map(repr, sorted(left)))}", len(left))
    united.entities = [row for row in rows if row["id"] in known]
    return united


def _find_same(part: Said, called: dict[tuple[str, str], str]) -> dict[str, str]:
    """Ids of what an earlier description calls alike and at most one of the two identifies -> its id there."""
    same = {}
    for row in part.entities:
        earlier = called.get((row["label"], row["name"]), row["id"])
        if earlier != row["id"] and not (row["url"] and earlier.startswith(WEB)):
            same[row["id"]] = earlier
    for row in part.entities:
        called.setdefault((row["label"], row["name"]), row["id"])
    return same


def _unite_rest(united: United, part: Said, tally: Tally, most: int) -> None:
    """Columns, events without a line and other works. most: events in one of the earlier descriptions, which this one
    translates unless it has more."""
    united.row = {**part.row, **united.row}
    for kind in part.unnamed if part.events > most else ():
        tally.leave_out(f"event {kind}", "[lido.event] names no such type")
    known = {id_ for _, ids in united.related for id_ in ids}
    united.related += [(relation, ids) for relation, ids in part.related if known.isdisjoint(ids)]
