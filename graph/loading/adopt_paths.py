"""Facts that are chains of relationships over nodes that are no entities, such as the events of CIDOC."""

from collections.abc import Mapping, Sequence

from graph.connection import Database, Row, batches
from graph.loading.adopt_spec import BACKWARDS
from graph.loading.owned_properties import of_facts
from graph.loading.sources import ADOPTED_PATH, read_records
from graph.splits import Shares, split_pairs
from graph.transactions import read_columns

HEADS_PER_PAGE = 2_000
FACTS_PER_BATCH = 10_000

Pairs = set[tuple[str, str]]


def derive_facts(database: Database, paths: Mapping[str, Sequence[str]], ids: Mapping[str, str]) -> dict[str, Pairs]:
    """For each relation the pairs of ids that its path joins; nothing is written.

    ids: element id -> id of the nodes that are, or are to be, entities.
    """
    return {relation: _follow(database, steps, ids) for relation, steps in paths.items()}


def _follow(database: Database, steps: Sequence[str], ids: Mapping[str, str]) -> Pairs:
    found: Pairs = set()
    for heads in batches(list(ids), HEADS_PER_PAGE):
        rows: list[Row] = [{"head": head, "at": head} for head in heads]
        for step in steps:
            (page,) = read_columns(
                database,
                "adopt/follow_step",
                rows=rows,
                type=step.removeprefix(BACKWARDS),
                forwards=not step.startswith(BACKWARDS),
            )
            reached = dict.fromkeys(zip(page["heads"], page["ends"], strict=True))
            rows = [{"head": head, "at": end} for head, end in reached]
        found.update(
            (ids[row["head"]], ids[row["at"]]) for row in rows if row["at"] in ids and row["at"] != row["head"]
        )
    return found


def known_paths(database: Database) -> dict[str, Pairs]:
    """The facts that were made of paths before."""
    known: dict[str, Pairs] = {}
    for row in read_columns(database, "adopt/list_path_facts", source=ADOPTED_PATH):
        known[row["relation"]] = set(zip(row["heads"], row["tails"], strict=True))
    return known


def write_derived(database: Database, derived: Mapping[str, Pairs], shares: Shares) -> None:
    """Assert the facts of the paths, and take back those that no path makes any more."""
    before, ours = known_paths(database), of_facts(read_records(database))
    for relation in sorted({*before, *derived}):
        wanted, there = derived.get(relation, set()), before.get(relation, set())
        new, gone = sorted(wanted - there), sorted(there - wanted)
        splits = split_pairs([h for h, _ in new], [t for _, t in new], shares).tolist() if new else []
        rows = [
            {"head": head, "relation": relation, "tail": tail, "split": split}
            for (head, tail), split in zip(new, splits, strict=True)
        ]
        for part in batches(rows, FACTS_PER_BATCH):
            database.write("ingest/merge_facts", rows=part, source=ADOPTED_PATH)
        released = [{"head": head, "relation": relation, "tail": tail} for head, tail in gone]
        for part in batches(released, FACTS_PER_BATCH):
            database.write("ingest/release_facts", rows=part, source=ADOPTED_PATH, properties=ours)
