"""A folder as a source of the graph: by its mapping file, or, where that names no sources, as entities and triples."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from base.errors import InputError
from graph.loading.files import Source, check_source, name_source
from graph.loading.files import read_source as read_files
from graph.loading.tables import Table, find_table
from graph.mapping.gathering import FACT, gather
from graph.mapping.mapping_file import MappingFile, Settings, read_mapping
from graph.mapping.pairs import Pairs, is_benchmark
from graph.mapping.source_kind import Tally

NO_ROWS = "has a header but no rows"  # of files alone


def read_source(
    folder: Path,
    *,
    name: str | None = None,
    mapping: Path | None = None,
    entities_from_triples: bool = False,
    scratch: Path | None = None,
) -> Source:
    """Read and check a folder, see graph.loading.files.read_source; its mapping file may name sources of any kind.

    scratch: where sources put what does not fit memory while they are read; None: the system's place.

    Raises InputError with all that is wrong.
    """
    found = read_mapping(folder, mapping) if folder.is_dir() else None
    if found is None and mapping is None and find_table(folder, "triples") is None and is_benchmark(folder):
        found = MappingFile(path=folder, sources=[("[[pairs]] 1", Pairs())], settings=Settings())
    if found is None:
        return read_files(folder, name=name, mapping=mapping, entities_from_triples=entities_from_triples)
    folder, name, named = name_source(folder, name)
    tally = Tally(scratch=scratch)
    identifiers = [name for _, kind in found.sources for name in kind.identifiers()]
    entities, facts = gather(
        (chunk for _, kind in found.sources for chunk in kind.read(folder, tally)),
        tally,
        least=found.settings.least,
        alias=found.settings.alias,
        same=identifiers,
    )
    # A fact that is given twice with different properties is complained of.
    once = facts.drop_duplicates().reset_index(drop=True)
    if entities.empty:
        told = "; ".join(tally.tell()) or "there are none"
        raise InputError(f"{found.path.name}: no row of what it names became an entity; {told}")
    if facts.empty:
        tally.notes.append("there are no facts: the mapping names no relation, or no row has a value for one")
    notes = check_source(Mapped(found.path, entities), Mapped(found.path, once))
    distinct = once.drop_duplicates(FACT).reset_index(drop=True)
    repeated = len(facts) - len(distinct)
    ids = set(entities["id"])
    return Source(
        name,
        folder,
        entities,
        distinct,
        repeated,
        named=named,
        notes=[*tally.tell(), *(note for note in notes if not note.endswith(NO_ROWS))],
        mapping=None if mapping is None else mapping.absolute(),
        identifiers=tuple(dict.fromkeys(identifiers)),
        aliases={id_: other for id_, other in found.settings.alias.items() if id_ in ids and other not in ids},
    )


@dataclass(frozen=True)
class Mapped(Table):
    """A table that several rows of several files may have made: its rows are known by what they say."""

    def lines(self, rows: npt.NDArray[np.intp]) -> list[str]:
        shown = [column for column in ("id", *FACT) if column in self.frame]
        return [" ".join(map(str, row)) for row in self.frame[shown].iloc[rows].itertuples(index=False)]
