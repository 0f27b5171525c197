"""[[sparql]]: the result of a SPARQL query as a table whose columns are the query's variables."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyoxigraph as ox

from base.errors import InputError
from graph.mapping.files.blocks import Block
from graph.mapping.files.formats import AnyBlock
from graph.mapping.files.found_files import find_ending
from graph.mapping.files.parts import find_documents
from graph.mapping.rdf.files import open_packed, plain_xml
from graph.mapping.rdf.reading import is_blank
from graph.mapping.source_kind import Tally
from graph.mapping.table.table import Table

ROWS = 10_000
FORMATS = {
    ".tsv": ox.QueryResultsFormat.TSV,
    ".json": ox.QueryResultsFormat.JSON,
    ".srj": ox.QueryResultsFormat.JSON,
    ".xml": ox.QueryResultsFormat.XML,
    ".srx": ox.QueryResultsFormat.XML,
}


class QueryResult(Table):
    """As a [[table]]; file is TSV, JSON or XML of SPARQL 1.1, which say IRIs, texts and languages. CSV is a [[table]].

    Blank nodes and Wikidata's unknown values are missing values.
    """

    def blocks(self, folder: Path, tally: Tally) -> Iterator[AnyBlock]:
        """The rows of its files, with all variables. Raises InputError with file, line and reason."""
        del tally  # what is wrong here is refused, not counted
        for path in find_documents(folder, self.file, {*FORMATS}):
            ending = find_ending(path)
            if ending not in FORMATS:
                raise InputError(f"{path.name}: a result of SPARQL ends in {', '.join(FORMATS)}; CSV is a [[table]]")
            with open_packed(path) as file:
                try:
                    form = FORMATS[ending]
                    content = plain_xml(path, file) if form == ox.QueryResultsFormat.XML else file
                    yield from _read(path.name, ox.parse_query_results(content, format=form))
                except SyntaxError as error:
                    line = "" if error.lineno is None else f", line {error.lineno}"
                    raise InputError(f"{path}{line}: {error.msg or error}") from error


def _read(name: str, found: object) -> Iterator[Block]:
    if not isinstance(found, ox.QuerySolutions):
        raise InputError(f"{name}: the query asks yes or no (ASK); it must be a SELECT")
    variables = [variable.value for variable in found.variables]
    done = 0
    while rows := list(islice(found, ROWS)):
        cells = {
            variable: pa.chunked_array([pa.array([_text(row[number]) for row in rows], pa.string())])
            for number, variable in enumerate(variables)
        }
        yield Block(name, "row", range(done + 1, done + len(rows) + 1), cells)
        done += len(rows)


def _text(term: object) -> str | None:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return None if is_blank(term) else term.value
    return None
