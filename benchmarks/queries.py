"""What each question to the graph costs: the statements of `vlkge query` and of the curators' page, on a made graph.

Every question is asked as the commands and the page ask it, and the statements that this takes are run again: once
with PROFILE, for the database hits, and then many times, for the 95th percentile of the time once all is warm. Told are
the rows, and what their lists hold.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import neo4j
import numpy as np

import cypher
from benchmarks.query_graph import PREDICTED, Collection, fill, make, make_links, write_folder
from graph import query
from graph.connection import Database, Row, connect
from graph.link_key import link_key
from graph.loading.bulk_import import bulk_ingest
from graph.loading.files import read_source
from graph.page import answers, audit, batch, card, entities, review_queue, saved_queues
from graph.page.recent import Recent
from graph.page.review_queue import Filters
from graph.page.withheld import Withheld
from graph.pictures import PictureStore
from graph.server.neo4j_server import Server

SECONDS = 10.0  # after so long, a statement is not run again
# Questions that are told apart: about an entity with many facts of its own, or those for which no index is made.
HUB, RARE, NUMBER = "of a hub", "of one decade", "of a number"
Question = Callable[[Database], object]


@dataclass(frozen=True)
class Cost:
    """What one statement costs: database hits (the most of its profiles), what it told there, and milliseconds."""

    statement: str
    told: int
    hits: int
    p95: float

    @property
    def each(self) -> float:
        """Hits for each thing told, and for a question that tells nothing."""
        return self.hits / max(self.told, 1)


class Profiler(Database):
    """The same connection, on which every statement is profiled; `found` holds parameters, hits and what was told."""

    def __init__(self, whole: Database) -> None:
        super().__init__(whole.driver, whole.address)
        self.found: dict[str, list[tuple[dict[str, object], int, int]]] = {}

    def _run(self, statement: str, parameters: dict[str, object], routing: neo4j.RoutingControl) -> list[Row]:
        loaded = cypher.load(statement)
        records, summary, _ = self.driver.execute_query(
            "PROFILE " + loaded.text, loaded.bind(**parameters), database_=self.name, routing_=routing
        )
        rows = [record.data() for record in records]
        profiles = self.found.setdefault(statement, [])
        profiles.append((parameters, _hits(summary.profile or {}), sum(map(_told, rows))))
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries", description=__doc__)
    parser.add_argument("--entities", type=int, default=20_000)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--links", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=60, help="how often each statement is timed")
    parser.add_argument("--json", action="store_true", help="one line of JSON per statement")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vlkge-benchmark-") as place:
        made = make(options.entities, options.facts)
        write_folder(made, Path(place) / "made")
        server = Server(Path(place) / "server")
        try:
            bulk_ingest(server, read_source(Path(place) / "made"), PictureStore(Path(place) / "pictures"))
            with connect(server.start()) as database:
                fill(database, made, options.links)
                show(costs(database, made, options.links, options.times), as_json=options.json)
        finally:
            server.stop()


def show(found: Iterator[Cost], *, as_json: bool) -> None:
    """Print each cost as it comes."""
    if not as_json:
        print(f"{'statement':<48} {'told':>7} {'hits':>10} {'each':>9} {'p95 ms':>9}")
    for cost in found:
        if as_json:
            print(json.dumps(asdict(cost)), flush=True)
        else:
            print(
                f"{cost.statement:<48} {cost.told:>7,} {cost.hits:>10,} {cost.each:>9,.1f} {cost.p95:>9.1f}", flush=True
            )


def costs(database: Database, made: Collection, links: int, times: int) -> Iterator[Cost]:
    """The cost of every statement that the questions take, those about a hub apart; timed so often, each."""
    database.driver.execute_query("CALL db.prepareForReplanning()", database_=database.name)
    groups = {"": questions_of(made, links), HUB: _of_hub(made), RARE: _of_decade(), NUMBER: _of_number()}
    for about, questions in groups.items():
        profiler = Profiler(database)
        for ask in questions:
            ask(profiler)
        for statement, profiles in sorted(profiler.found.items()):
            hits, told = max((hits, told) for _, hits, told in profiles)
            asked = [parameters for parameters, _, _ in profiles]
            yield Cost(
                f"{statement} {about}".strip(), told, hits, _p95(database, statement, asked, times) if times else 0.0
            )


def _p95(database: Database, statement: str, asked: list[dict[str, object]], times: int) -> float:
    seconds: list[float] = []
    begin = time.perf_counter()
    for turn in range(times + len(asked)):
        started = time.perf_counter()
        database.read(statement, **asked[turn % len(asked)])
        if turn >= len(asked):  # before that, plans and pages come into memory
            seconds.append(time.perf_counter() - started)
        if seconds and time.perf_counter() - begin > SECONDS:
            break
    return round(1e3 * float(np.quantile(seconds, 0.95)), 1)


def _hits(plan: dict[str, Any]) -> int:
    return int(plan.get("args", {}).get("DbHits", 0)) + sum(_hits(child) for child in plan.get("children", []))


def _told(row: Row) -> int:
    """The row, and the maps and values that its lists hold."""
    lists = [value for value in row.values() if isinstance(value, list)]
    return 1 + sum(len(values) + sum(_told(inner) for inner in values if isinstance(inner, dict)) for values in lists)


def questions_of(made: Collection, links: int) -> Iterator[Question]:
    """What commands and page ask of a few works, artists, links and relations, first pages and later ones."""
    table = make_links(made, links)
    some = table.iloc[:: max(len(table) // 10, 1)]
    keys = [link_key(*row) for row in some[["head", "relation", "tail"]].itertuples(index=False, name=None)]
    yield from _named(made, str(table["rule_key"][0]))
    yield from _of_queue(made, keys)
    for head, relation, key in zip(some["head"], some["relation"], keys, strict=True):
        yield from _of_link(head, relation, key)
    yield lambda database: batch.read_rows(database, keys)
    yield lambda database: batch.list_relations_to(database, made.artists[1])
    yield from _of_people()


def _named(made: Collection, rule: str) -> Iterator[Question]:
    """The named queries, as `vlkge query` asks them."""
    relation, label = PREDICTED[0], "Artwork"
    middle = sorted(made.works)[len(made.works) // 2]
    asked: list[tuple[str, dict[str, object]]] = [
        ("list_strongest_links", {}),
        ("list_strongest_links", {"after_priority": 0.5, "after_key": "["}),
        ("list_links_of_relation", {"relation": PREDICTED[1]}),
        ("list_links_of_relation", {"relation": PREDICTED[1], "least": 0.9}),
        ("list_links_of_relation", {"relation": PREDICTED[1], "verdict": "accepted"}),
        ("list_competing_links", {"relation": relation}),
        ("list_moved_links", {}),
        ("list_links_of_rule", {"rule": rule}),
        ("list_rules", {}),
        ("list_missing_facts", {"label": label, "relation": "hasStyle"}),
        ("list_missing_facts", {"label": label, "relation": "hasStyle", "after": middle}),
        ("list_conflicting_facts", {"relation": relation}),
        ("list_conflicting_facts", {"relation": relation, "after": middle}),
        ("list_unlikely_facts", {"relation": relation}),
        ("list_probable_duplicates", {}),
        ("list_similar_attributions", {"relation": relation}),
        ("list_decisions", {"by": "ana"}),
        ("list_runs", {}),
        ("list_models", {}),
        ("count_coverage", {"label": label}),
        ("count_facts", {}),
        ("compare_entities", {"first": made.artists[1], "second": made.artists[2]}),
    ]
    for name, parameters in asked:
        yield partial(_run, name, parameters)
    for words in (made.names[4], made.names[0], made.names[0].partition(" ")[0], made.works[5]):
        yield partial(query.run, name="find_entity", words=words)
    for id_ in made.works[:5]:
        for name in ("list_links_of_entity", *entities.LIKENESS.values()):
            yield partial(query.run, name=name, entity=id_)


def _run(name: str, parameters: dict[str, object], database: Database) -> object:
    return query.run(database, name, **parameters)


def _of_queue(made: Collection, keys: list[str]) -> Iterator[Question]:
    """Pages of the queue in each order, narrowed and not, with their counts."""
    narrowed: list[dict[str, object]] = [
        {},
        {"relation": PREDICTED[1]},
        {"low": 0.5},
        {"relation": PREDICTED[1], "low": 0.5, "label": "Artwork"},
        {"near": made.artists[1]},
        {"answer": made.artists[2]},
    ]
    places: list[dict[str, Any] | None] = [None, {"key": keys[3], "priority": 0.5, "uncertainty": 0.5, "draw": 0.5}]
    for order in ("probability", "uncertainty", "entity", "audit", "second", "given"):
        for narrow in narrowed:
            filters = Filters.model_validate({**narrow, "order": order})
            for after in places:
                yield partial(review_queue.list_keys, filters=filters, after=after, limit=20, person="ana")
            if order == "probability":
                yield partial(review_queue.count_recent, filters=filters, recent=Recent())
    for by in ("answer", "decade", "hasStyle"):
        yield partial(review_queue.list_parts, by=by)
    yield lambda database: batch.list_batch(database, Filters(), ("isCreatedByArtist", made.artists[1]))
    yield review_queue.list_ways
    yield review_queue.list_choices
    yield partial(audit.count_opinions, person="ana")
    yield partial(saved_queues.list_saved, person="ana")


def _of_link(head: str, relation: str, key: str) -> Iterator[Question]:
    """What the card of one link and the page of its head ask."""
    yield lambda database: card.read_card(database, key)
    yield lambda database: review_queue.read_place(database, key)
    yield lambda database: answers.list_kinds(database, head, relation)
    yield lambda database: answers.list_open(database, head, relation)
    yield lambda database: answers.find_answers(database, head, relation, "gre", ["Artist", "Style"])
    yield lambda database: entities.read_profile(database, head)
    yield lambda database: entities.list_proposals(database, head)
    yield lambda database: entities.read_entity(database, head)
    yield lambda database: entities.read_picture_address(database, head, rights=None)
    yield lambda database: database.read("review/list_refreshed", id=head, seconds=60, limit=5)
    yield lambda database: database.read("review/count_refreshing_runs", seconds=60)


def _of_people() -> Iterator[Question]:
    """What the pages of decisions ask."""
    yield partial(audit.list_decisions, limit=20)
    yield partial(audit.list_decisions, by="ana", limit=20)
    yield partial(audit.list_decisions, relation=PREDICTED[0], verdict="accepted", queue="audit", limit=20)
    yield _later_decisions
    yield audit.list_displaced
    yield audit.count_by_person
    yield audit.list_people
    yield lambda database: audit.read_desk(database, "ana", since=datetime.now(UTC).replace(hour=23, minute=59))
    yield lambda database: batch.count_standing(database, "batch-20", "ben")
    yield lambda database: "0" * 64 in Withheld(database, "(?i)all rights reserved.*")
    yield lambda database: database.read("notes/list_notes", key=None, open=True)


def _later_decisions(database: Database) -> object:
    first = audit.list_decisions(database, limit=20)
    return audit.list_decisions(database, limit=20, after=first[-1]["decision"].id)


def _of_hub(made: Collection) -> Iterator[Question]:
    """What is asked of the museum that owns a tenth of the works."""
    hub = made.museums[0]
    yield lambda database: entities.read_profile(database, hub)
    yield lambda database: entities.list_proposals(database, hub)
    yield lambda database: batch.list_relations_to(database, hub)
    yield lambda database: batch.list_batch(database, Filters(), ("isLocatedIn", hub))
    yield lambda database: review_queue.list_keys(database, Filters(near=hub), limit=20)
    yield lambda database: review_queue.count_recent(database, Filters(near=hub), Recent())
    yield lambda database: query.run(database, "list_links_of_entity", entity=hub)
    yield lambda database: query.run(database, "compare_entities", first=hub, second=made.museums[1])


def _of_decade() -> Iterator[Question]:
    """What is asked of the queue where no index knows which heads are meant."""
    for order in ("probability", "uncertainty", "entity", "audit", "second", "given"):
        yield partial(
            review_queue.list_keys, filters=Filters.model_validate({"decade": 1890, "order": order}), limit=20
        )
    yield partial(review_queue.count_recent, filters=Filters(decade=1890), recent=Recent())
    yield partial(review_queue.count_recent, filters=Filters(decade=1890, relation=PREDICTED[1]), recent=Recent())


def _of_number() -> Iterator[Question]:
    """Words that may be a number of an inventory."""
    for words in ("INV.77", "1890"):
        yield partial(query.run, name="find_entity", words=words)


if __name__ == "__main__":
    main()
