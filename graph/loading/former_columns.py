"""Columns that a source had and has no longer: counted, told, and taken away by a prune where nobody else gave them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cypher.prefix import own
from graph.connection import Database
from graph.loading.asserted import entity_properties, fact_properties
from graph.loading.files import Source
from graph.loading.sources import ADOPTED, Order, read_records, write_records
from graph.transactions import run_in_batches


@dataclass(frozen=True)
class FormerColumn:
    """A column of `kind` (entities or facts). count: how many of them still hold a value that only the source gave.

    holders: the other sources that may have such a column.
    """

    kind: str
    name: str
    count: int
    holders: list[str]


def find_former_columns(database: Database, source: Source, order: Order) -> list[FormerColumn]:
    """Those with values in the graph; of a source that the graph does not remember there are none."""
    found = []
    for kind, now in (("entities", entity_properties(source)), ("facts", fact_properties(source))):
        record = order.records.get(source.name)
        for name in sorted(((record and record.columns(kind)) or frozenset()).difference(now)):
            holders = [ADOPTED, *order.holders(kind, name)]
            (row,) = database.read(
                f"ingest/count_column_of_{kind}", source=source.name, property=own(name), holders=holders
            )
            if row["count"]:
                found.append(FormerColumn(kind, name, row["count"], holders))
    return found


def tell_former_columns(columns: Sequence[FormerColumn], pruned: bool) -> list[str]:
    """A sentence about each."""
    then = "taken away" if pruned else "still there, until --prune takes it away"
    return [
        f"the files no longer have the column {column.name!r} of {column.kind}; "
        f"the value that {column.count:,} of them have from before is {then}"
        for column in columns
    ]


def remove_former_columns(database: Database, source: str, columns: Sequence[FormerColumn]) -> None:
    """Take the values away."""
    for column in columns:
        run_in_batches(
            database, f"ingest/remove_column_of_{column.kind}",
            source=source, column=column.name, property=own(column.name), holders=column.holders,
        )  # fmt: skip


def remember(database: Database, source: Source, order: Order, kept: Sequence[FormerColumn]) -> None:
    """Note what the graph is to know of its sources; columns that are `kept` are told of again the next time."""
    columns = {
        kind: frozenset(now) | {column.name for column in kept if column.kind == kind}
        for kind, now in (("entities", entity_properties(source)), ("facts", fact_properties(source)))
    }
    ours = replace(
        order.records[source.name],
        folder=str(source.folder),
        mapping=None if source.mapping is None else str(source.mapping),
        entity_columns=columns["entities"],
        fact_columns=columns["facts"],
    )
    before = read_records(database)
    records = {**order.records, source.name: ours}
    write_records(database, {name: record for name, record in records.items() if before.get(name) != record})
