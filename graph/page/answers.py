"""Answers to one question that no run proposed: finding them, and what choosing one says about the proposals."""

from typing import NamedTuple

from graph import query
from graph.connection import Database
from graph.link_key import link_key
from graph.page.card import Named


class Answer(Named):
    """An entity that can be the answer; `seen` is the newest decision about the link, `recorded` that it is a fact."""

    key: str
    recorded: bool
    verdict: str
    seen: str | None


class Proposals(NamedTuple):
    """The undecided proposals for a question, each as its key and the newest decision about it.

    functional: whether a head has one value of the relation.
    """

    functional: bool
    open: list[tuple[str, str | None]]


def list_kinds(database: Database, head: str, relation: str) -> list[str]:
    """The kinds of entities that can be the answer."""
    rows = database.read("review/list_answer_kinds", head=head, relation=relation)
    return sorted(rows[0]["kinds"]) if rows else []


def find_answers(
    database: Database, head: str, relation: str, words: str, kinds: list[str], *, limit: int = 9
) -> list[Answer]:
    """Entities of these kinds that the words mean, the best first; none where no kind is known."""
    if not kinds:
        return []
    found = query.run(database, "find_entity", words=words, kinds=kinds, limit=limit + 1)["id"].tolist()
    rows = [{"id": id_, "key": link_key(head, relation, id_)} for id_ in found if id_ != head][:limit]
    return [Answer(**row) for row in database.read("review/read_answers", head=head, relation=relation, rows=rows)]


def list_open(database: Database, head: str, relation: str) -> Proposals:
    """The proposals that wait for a decision, the best first."""
    rows = database.read("review/list_open_answers", head=head, relation=relation)
    if not rows:
        return Proposals(functional=False, open=[])
    return Proposals(rows[0]["functional"], [(answer["key"], answer["seen"]) for answer in rows[0]["answers"]])
