"""No statement of `vlkge query` and of the page reads more where the graph is larger, but for those that say so."""

from pathlib import Path

import pytest

import cypher
from benchmarks import ingest
from benchmarks.queries import HUB, NUMBER, RARE, Cost, costs
from benchmarks.query_graph import fill, make, write_folder
from graph.connection import Database
from graph.loading.files import read_source
from tests.conftest import delete_all

ENTITIES = (800, 3_200)
LARGER = ENTITIES[1] / ENTITIES[0]
# Up to so many hits, chance decides: how many facts the entities have that are asked about.
FEW = 1_200
# These say in their header that they read all of something, or stop at a number of links that is theirs.
ALL = {"query/count_coverage", "query/count_facts", "query/list_rules", "review/count_by_person"}
STOPS = {"review/list_queues_by_answer", "review/list_queues_by_decade", "review/list_queues_by_fact"}
STOPS |= {"review/count_queue", "review/count_relation", "review/list_answer_kinds", "review/list_ways"}


@pytest.fixture
def hits(database: Database, tmp_path: Path) -> list[dict[str, Cost]]:
    """The hits of each statement on a made graph and on one four times as large."""
    found = []
    for entities in ENTITIES:
        delete_all(database, but="n:Schema")
        made = make(entities, 5 * entities, pictured=0.5)
        write_folder(made, tmp_path / str(entities))
        ingest.write(database, read_source(tmp_path / str(entities)))
        fill(database, made, 2 * entities)
        found.append({cost.statement: cost for cost in costs(database, made, 2 * entities, times=0)})
    return found


def test_what_is_read_does_not_grow_with_the_graph(hits: list[dict[str, Cost]]) -> None:
    fewer, more = hits
    asked = {name for name in fewer if not name.endswith((HUB, RARE, NUMBER))}
    assert asked >= {*cypher.names("query"), *cypher.names("review")}
    grown = {
        name
        for name in asked & set(more)
        if more[name].hits > max(FEW, 1.5 * fewer[name].hits) and more[name].each > 1.5 * fewer[name].each
    }
    assert grown <= ALL | STOPS, [(fewer[name], more[name]) for name in grown - ALL - STOPS]
    # What is about one entity is linear in its facts, however many they are.
    hubs = {
        name
        for name in set(fewer) & set(more)
        if name.endswith(HUB)
        and more[name].hits > 2 * LARGER * max(fewer[name].hits, FEW)
        and more[name].each > 2 * LARGER * fewer[name].each
    }
    assert not hubs, [(fewer[name], more[name]) for name in hubs]


def test_what_reads_all_says_so() -> None:
    for name in ALL:
        assert "reads all" in (said := cypher.load(name).summary.lower()) or "all entities are read" in said, name
    for name in STOPS:
        assert {"scanned", "limit", "facts"} & {p.name for p in cypher.load(name).parameters}, name
