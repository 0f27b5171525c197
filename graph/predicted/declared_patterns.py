"""What a person declared of relations, kept in the graph as JSON: which ones are functional, symmetric and so on."""

from graph.connection import Database


def read_declared(database: Database) -> str | None:
    """What was declared last; None: nothing ever was."""
    rows = database.read("predict/read_patterns")
    return rows[0]["declared"] if rows else None


def record_declared(database: Database, declared: str) -> None:
    """Keep it, in place of what was declared before."""
    database.write("predict/record_patterns", declared=declared)
