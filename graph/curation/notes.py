"""What people say about a link beside deciding it: comments, who should look at it, an answer that the graph lacks."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from base.errors import InputError
from graph.connection import Database, Row
from graph.link_key import link_key

Kind = Literal["comment", "expert", "value", "assigned"]
LONGEST = 2000


class Note(BaseModel):
    """What somebody said about one link; `closed_by` says that nobody needs to look at it any more.

    kind: a comment; expert, where somebody who knows should look; value, where the text names the right answer, which
    is no entity of the graph; assigned, where the person `assigned_to` should decide it.
    """

    id: str
    kind: Kind
    key: str
    head: str
    relation: str
    tail: str
    text: str
    by: str
    at: datetime
    closed_by: str | None
    closed_at: datetime | None
    assigned_to: str | None
    head_name: str
    tail_name: str


def write_note(
    database: Database,
    id_: str,
    kind: Kind,
    link: tuple[str, str, str],
    text: str,
    *,
    by: str,
    assigned_to: str | None = None,
) -> None:
    """Keep a note about a link (head, relation, tail); the same id again changes nothing.

    Raises InputError where a comment or a value says nothing, an assignment names nobody or another note somebody, the
    text is too long, the head is not in the graph, or the id is another note's.
    """
    said, person = text.strip(), (assigned_to or "").strip() or None
    if (kind == "assigned") != (person is not None):
        raise InputError(
            f"the note's kind is {kind!r} and it is for {person!r}; a link is assigned to one person by name"
        )
    if not said and kind not in ("expert", "assigned"):
        raise InputError("the note is empty; say something in it")
    if len(said) > LONGEST:
        raise InputError(f"the note has {len(said)} characters; at most {LONGEST} are allowed")
    head, relation, tail = link
    if database.read("predict/find_unknown_ids", ids=[head]):
        raise InputError(f"there is no entity {head!r} to write a note about")
    wanted: Row = {"key": link_key(head, relation, tail), "kind": kind, "text": said, "by": by, "assigned_to": person}
    (kept,) = database.write("notes/record_note", id=id_, head=head, relation=relation, tail=tail, **wanted)
    if kept != wanted:
        raise InputError(f"another note has the id {id_!r} already; make a new one for each note")


def list_notes(database: Database, *, key: str | None = None, open_only: bool = False, limit: int = 200) -> list[Note]:
    """The newest notes, of one link or of all; open_only: without the closed ones."""
    return [note_of(row) for row in database.read("notes/list_notes", key=key, open=open_only, limit=limit)]


def close_note(database: Database, id_: str, *, by: str, of: str | None = None) -> None:
    """Say that nobody needs to look at a note any more; `of`: only where this person wrote it.

    Raises InputError where no such open note has the id.
    """
    if not database.write("notes/close_note", id=id_, by=by, of=of):
        raise InputError(f"there is no open note {id_!r}" + (f" by {of}; an admin can close others'" if of else ""))


def note_of(row: Row) -> Note:
    """A note as a statement returns it, with Python's own times."""
    times = {name: row[name].to_native() if row[name] else None for name in ("at", "closed_at")}
    return Note(**{**row, **times})
