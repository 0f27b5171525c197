"""Many people at once: the log is whole, and what it says is what the graph holds."""

import random
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress

from base.errors import InputError
from graph.connection import Database
from graph.curation.decision import Choice, ConflictError, decision_of, voice_of
from graph.curation.decisions import decide
from graph.curation.opinions import standing
from graph.page.audit import count_by_person, list_decisions, read_desk
from graph.page.batch import read_rows
from graph.page.review_queue import Filters, count_links, list_keys

PEOPLE = ("ana", "ben", "cem", "dee")
EACH = 40


def test_of_many_decisions_at_once_every_answer_was_true(gallery: Database) -> None:
    """Four people accept, reject and take back about the same few links, each by what they saw a moment before."""
    keys = list_keys(gallery, Filters(), limit=6)
    told: list[str] = []

    def curate(name: str) -> None:
        dice = random.Random(name)
        for _ in range(EACH):
            (row,) = read_rows(gallery, [dice.choice(keys)])
            verdict = dice.choice(["accepted", "rejected", "undone"])
            ends = {"head": row["head"], "relation": row["relation"], "tail": row["tail"]}
            choice = Choice(id=str(uuid.uuid4()), **ends, verdict=verdict, seen=row["seen"])  # type: ignore[arg-type]
            with suppress(ConflictError, InputError):
                told.extend(made.id for made in decide(gallery, [choice], by=name, others=name == "ana"))

    _together(curate)
    log = [decision_of(row) for row in gallery.read("decisions/read_decisions", keys=keys)]
    assert sorted(told) == sorted(made.id for made in log)
    assert len(log) > EACH
    facts = {
        (r[0], r[1]) for r in gallery.driver.execute_query("MATCH (h)-[r:hasStyle]->(t) RETURN h.id, t.id").records
    }
    for key in keys:
        made = [d for d in log if d.key == key]
        assert [d.number for d in made] == [*range(1, len(made) + 1)]
        stands = next(iter(standing([voice_of(d) for d in made])), None)
        (row,) = read_rows(gallery, [key])
        assert row["verdict"] == (stands.verdict if stands else "pending")
        assert ((row["head"], row["tail"]) in facts) == (row["verdict"] == "accepted")
    shown = [entry["decision"].id for entry in list_decisions(gallery, limit=1000)]
    assert sorted(shown) == sorted(told)
    assert sum(person.decisions for person in count_by_person(gallery)) == len(log)
    decided = sum(row["verdict"] in ("accepted", "rejected") for row in read_rows(gallery, keys))
    assert count_links(gallery, Filters()) == (36 - decided, decided, False)
    newest = {
        key: made for name in PEOPLE for made in read_desk(gallery, name, steps=99).newest for key in [made["key"]]
    }
    assert len(newest) == decided


def _together(work: Callable[[str], None]) -> None:
    threads = [threading.Thread(target=work, args=[name]) for name in PEOPLE]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
