"""The kinds of sources that a mapping file can name."""

from graph.mapping.lido.source import Lido
from graph.mapping.pairs import Pairs
from graph.mapping.rdf.query_result import QueryResult
from graph.mapping.rdf.source import Rdf
from graph.mapping.source_kind import SourceKind
from graph.mapping.table.table import Table

# The name in the mapping file, as in [[table]], and what reads it.
SOURCES: dict[str, type[SourceKind]] = {
    "table": Table,
    "pairs": Pairs,
    "rdf": Rdf,
    "lido": Lido,
    "sparql": QueryResult,
}
