"""What the page shows of one entity, and finding entities by words or by likeness."""

import json
from typing import Any

from pydantic import BaseModel

from cypher.prefix import own
from graph import query
from graph.connection import Database
from graph.page.audit import as_entry
from graph.page.card import Entity, Fact, Named, entity_of, fact_of, read_names
from graph.vectors import active_encoders

# The named queries that answer "looks like", per modality.
LIKENESS = {"visual": "list_similar_pictures", "textual": "list_similar_texts"}
DECISIONS_SHOWN = 100


class Facts(BaseModel):
    """Facts of one relation and direction: the first of `count`."""

    relation: str
    incoming: bool
    count: int
    others: list[Fact]


class Profile(BaseModel):
    """One entity with all that is shown of it; `alike` are look-alikes with their similarity, per modality."""

    entity: Entity
    facts: list[Facts]
    alike: dict[str, list[tuple[Named, float]]]
    decisions: list[dict[str, Any]]


def read_profile(database: Database, id_: str, *, alike: int = 6) -> Profile | None:
    """The entity of that id; None where there is none."""
    rows = database.read("review/read_entity", id=id_)
    if not rows:
        return None
    encoders = active_encoders(database)
    encoded = [name for name in LIKENESS if name in encoders and rows[0]["entity"][own(name)]]
    begins = f"{json.dumps([id_], ensure_ascii=False, separators=(',', ':'))[:-1]},"
    decided = database.read("review/list_decisions_of_entity", prefix=begins, limit=DECISIONS_SHOWN)
    return Profile(
        entity=entity_of(rows[0]["entity"]),
        facts=[Facts(**{**facts, "others": [fact_of(o) for o in facts["others"]]}) for facts in rows[0]["facts"]],
        alike={name: _alike(database, LIKENESS[name], id_, alike) for name in encoded},
        decisions=[as_entry(row) for row in decided],
    )


def read_entity(database: Database, id_: str) -> Entity | None:
    """The entity of that id alone, without its facts; None where there is none."""
    rows = database.read("review/read_alone", id=id_)
    return entity_of(rows[0]["entity"]) if rows else None


def read_picture_address(database: Database, id_: str, *, rights: str | None) -> tuple[str, str | None] | None:
    """Where an entity's picture is from, and its digest; None where there is none, or its rights fit the pattern."""
    rows = database.read("review/read_picture", id=id_, rights=rights)
    if not rows or rows[0]["withheld"] or not isinstance(rows[0]["image"], str):
        return None
    return rows[0]["image"], rows[0]["picture"]


def read_alike(database: Database, id_: str, *, alike: int = 6) -> list[tuple[Named, float]]:
    """The entities whose pictures look most alike, with the similarity; none where no picture is encoded."""
    rows = database.read("review/read_alone", id=id_)
    encoded = rows and rows[0]["entity"][own("visual")] and "visual" in active_encoders(database)
    return _alike(database, LIKENESS["visual"], id_, alike) if encoded else []


def list_proposals(database: Database, id_: str) -> list[str]:
    """The keys of the links proposed of an entity, undecided ones first."""
    return [row["key"] for row in database.read("review/list_proposals", id=id_)]


def search(database: Database, words: str, *, limit: int = 40) -> list[tuple[Named, str]]:
    """Entities by their names and texts, the best match first, each with its text."""
    rows = query.run(database, "find_entity", words=words, limit=limit).to_dict("records")
    named = read_names(database, [row["id"] for row in rows])
    return [(named[row["id"]], str(row["text"] or "")) for row in rows if row["id"] in named]


def _alike(database: Database, name: str, id_: str, limit: int) -> list[tuple[Named, float]]:
    rows = query.run(database, name, entity=id_, limit=limit).to_dict("records")
    named = read_names(database, [row["id"] for row in rows])
    return [(named[row["id"]], float(row["similarity"])) for row in rows if row["id"] in named]
