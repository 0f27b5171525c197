"""What a person declared of relations: it holds for all that is predicted and explained until a file says otherwise."""

from pathlib import Path

from base.errors import refuse_unknown_relations
from graph.connection import Database
from graph.predicted.declared_patterns import read_declared, record_declared
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns


def declared_patterns(database: Database, graph: KnowledgeGraph, file: str | None = None) -> Patterns | None:
    """What a TOML file declares, or without one what was declared before; None: nothing was.

    Raises InputError for a file that is not so, and where it names relations that the graph does not have.
    """
    if file is not None:
        told = Patterns.declared(Path(file))
        refuse_unknown_relations(told.named, graph.relations, f"{file} may name those of the graph")
        return told
    kept = read_declared(database)
    return None if kept is None else Patterns.model_validate_json(kept)


def keep_declared(database: Database, told: Patterns) -> None:
    """Have it hold from now on."""
    record_declared(database, told.model_dump_json(exclude_unset=True))
