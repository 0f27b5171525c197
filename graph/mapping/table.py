"""[[table]]: one row one thing, and relations to what its cells name."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from base.errors import InputError
from graph.loading.csv_files import CsvFormat, read_rows
from graph.mapping.source_kind import Chunk, SourceKind, Tally


class Relation(BaseModel):
    """[table.relation.NAME]: to: the label of what the column `name` names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str
    name: str


class Table(SourceKind):
    """A table: file, the columns that become id and name, and relations."""

    file: str
    label: str
    id: str
    name: str
    relation: dict[str, Relation] = Field(default_factory=dict)

    def read(self, folder: Path, tally: Tally) -> Iterator[Chunk]:
        path = folder / self.file
        if not path.is_file():
            raise InputError(f"{self.file}: there is no such file in {folder}")
        rows = read_rows(path, CsvFormat(), {self.id, self.name})
        frame = pd.DataFrame(dict(zip(rows.header, (column.to_pylist() for column in rows.table.columns), strict=True)))
        things = [pd.DataFrame({"id": frame[self.id], "label": self.label, "name": frame[self.name]})]
        facts = [pd.DataFrame({"head": [], "relation": [], "tail": []})]
        for name, relation in self.relation.items():
            filled = frame[frame[relation.name].notna()]
            tails = relation.to.lower() + ":" + filled[relation.name]
            things.append(pd.DataFrame({"id": tails, "label": relation.to, "name": filled[relation.name]}))
            facts.append(pd.DataFrame({"head": filled[self.id], "relation": name, "tail": tails}))
            tally.leave_out(name, "the cell is empty", count=len(frame) - len(filled))
        yield Chunk(pd.concat(things, ignore_index=True), pd.concat(facts, ignore_index=True))
