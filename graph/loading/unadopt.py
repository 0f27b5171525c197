"""Give an adopted graph back as it was, all of it or some nodes."""

from dataclasses import dataclass, field

from base.errors import InputError
from graph import owned_indexes
from graph.connection import Database, Row, batches
from graph.loading import owned_properties
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.files import DEFAULT_LABEL
from graph.loading.sources import read_records
from graph.transactions import run_in_batches

ELEMENTS_PER_BATCH = 5_000


@dataclass(frozen=True)
class Unadoption:
    """What `unadopt` undid, or would undo.

    entities and facts go back to plain nodes and relationships; other_facts, which other sources or people asserted
    at adopted entities, and predicted links at them, are deleted, but for the `kept` ones, which people accepted.
    taken: the same one by one, and the vectors that the entities lose: what it is -> kind, modality or relation -> how
    many; with the records, also each kind of record, and the indexes.
    """

    entities: int
    facts: int
    other_facts: int
    predicted: int
    kept: int = 0
    taken: dict[str, dict[str, int]] = field(default_factory=dict)


def unadopt(
    database: Database, *, keep_facts: bool = False, records: bool = False, dry_run: bool = False
) -> Unadoption:
    """Give an adopted graph back: every label and property that was added goes, and nothing else.

    Links that this project made at adopted nodes go too. keep_facts: what people accepted between two adopted nodes
    becomes a relationship of the owner. records: models, runs, decisions, encoders, our indexes and constraints, and
    the record of the schema go too, so that nothing of ours is left. With `dry_run` it only counts.
    Killed at any point and run again, it ends in the same graph.

    Raises InputError, before anything is written, where `records` is asked for beside entities that an ingest brought.
    """
    taken = _count(database, records)
    kept = int(database.read("adopt/count_accepted_facts")[0]["facts"]) if keep_facts else 0
    if not dry_run:
        if keep_facts:
            run_in_batches(database, "adopt/keep_accepted_facts")
        _release(database, None)
        if records:
            delete_records(database)
    counts = {what: sum(taken.get(what, {}).values()) for what in ("entities", "facts", "other_facts", "predicted")}
    counts["other_facts"] -= kept
    return Unadoption(**counts, kept=kept, taken=taken)


def delete_records(database: Database) -> None:
    """Take away the records of our work, our indexes and constraints, and at last what told that they were ours."""
    run_in_batches(database, "reset/delete_records")
    # Late: until here the index of ids makes another run after a kill fast.
    owned_indexes.drop(database, [index.definition for index in owned_indexes.ours(database)])
    database.write("reset/delete_schema")


def count_contents(database: Database) -> Row:
    """What of ours the graph holds, and what of it others keep something at, see the statement."""
    records = read_records(database)
    (contents,) = database.read(
        "reset/count_contents",
        entity_properties=owned_properties.of_entities(records),
        fact_properties=owned_properties.of_facts(records),
        vague=DEFAULT_LABEL,
    )
    return contents


def release(database: Database, elements: list[str]) -> None:
    """Give these nodes back, with what is ours at them."""
    for part in batches(elements, ELEMENTS_PER_BATCH):
        _release(database, list(part))


def release_unwanted_facts(database: Database, spec: AdoptSpec) -> None:
    """Make relationships plain again that are of no type, or have not the values, that the specification names."""
    run_in_batches(database, "adopt/release_unwanted_facts", relations=spec.types, where=spec.facts_where)


def _release(database: Database, elements: list[str] | None) -> None:
    ours = owned_properties.of_facts(read_records(database))
    run_in_batches(database, "adopt/delete_other_links", elements=elements, properties=ours)
    for statement in ("adopt/release_facts", "adopt/release_nodes"):
        run_in_batches(database, statement, elements=elements)


def _count(database: Database, records: bool) -> dict[str, dict[str, int]]:
    taken: dict[str, dict[str, int]] = {}
    for row in database.read("adopt/count_adopted"):
        taken.setdefault(row["what"], {})[row["name"]] = row["count"]
    if records:
        contents = count_contents(database)
        if contents["entities"]:
            raise InputError(
                f"the graph holds {contents['entities']:,} entities that an ingest brought, which need the records: "
                "leave --records out, or take all away with `vlkge reset`"
            )
        kinds = ("models", "runs", "decisions", "doubts", "rules", "encoders")
        taken["records"] = {kind: contents[kind] for kind in kinds if contents[kind]}
        taken["records"]["indexes"] = len(owned_indexes.ours(database))
    return taken
