"""A [[table]] of a source as it is now, and what its mapping reads in rows that are added to it."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import pandas as pd

from base.errors import InputError
from base.files import replacing
from graph.mapping.mapping_file import Origin
from graph.mapping.source_kind import Tally
from graph.mapping.table.cells import Cells, Reading
from graph.mapping.table.table import LabelColumn, Table

Fact: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True)
class Described:
    """A table of a mapping file. source: whose it is, in `folder`."""

    source: str
    folder: Path
    table: Table

    @property
    def name(self) -> str:
        """What its file or sheet is called, without signs of a pattern."""
        stem = PurePosixPath(self.table.file[0]).name.partition(".")[0]
        words = "".join(sign if sign.isalnum() or sign in "-_" else " " for sign in f"{stem} {self.table.sheet or ''}")
        return "-".join(words.split()) or "table"

    @cached_property
    def facts(self) -> frozenset[Fact]:
        """What the source holds by now; nothing where its files are gone or cannot be read."""
        try:
            return frozenset(_read_facts(self.table, self.folder))
        except InputError:
            return frozenset()

    @cached_property
    def conditions(self) -> Mapping[str, Mapping[str, str]]:
        """Of each id what its row says in columns that a row must have filled and the mapping leaves open: one of
        several values of `when`, or a label."""
        table = self.table
        label = [table.label.column] if isinstance(table.label, LabelColumn) else []
        columns = [*(column for column, wanted in table.when.items() if len(wanted) > 1), *label]
        found: dict[str, dict[str, str]] = {}
        if not columns:
            return found
        try:
            for block in table.blocks(self.folder, Tally()):
                cells = Cells(block, Reading())
                labels = [table.label if isinstance(table.label, str) else None] * len(block)
                rows = zip(*(cells.texts(column) for column in columns), strict=True)
                for id_, values in zip(cells.ids(table.id, labels), rows, strict=True):
                    if id_ is not None and all(values):
                        found.setdefault(id_, {name: v for name, v in zip(columns, values, strict=True) if v})
        except InputError:
            return {}
        return found

    def read_again(self, rows: pd.DataFrame, ending: str) -> set[Fact] | None:
        """The facts that the mapping reads in rows; None where it refuses them, or they cannot be written."""
        with tempfile.TemporaryDirectory() as made:
            path = Path(made) / f"added{ending}"
            try:
                self.write(rows, path)
                return set(_read_facts(self.table.model_copy(update={"file": [path.name]}), path.parent))
            except (InputError, csv.Error, UnicodeEncodeError):
                return None

    def write(self, rows: pd.DataFrame, path: Path) -> None:
        """The rows as the table's own files are written: its separator, encoding and quotes; or as Parquet."""
        form = self.table.form
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        utf8 = form.encoding.casefold().replace("_", "-") in ("utf-8", "utf8")
        with replacing(path) as draft:
            if path.suffix == ".parquet":
                rows.to_parquet(draft, index=False, compression="zstd")
                return
            rows.to_csv(
                draft, index=False, lineterminator="\r\n", sep=form.separator or ",",
                encoding="utf-8-sig" if utf8 else form.encoding, header=self.table.header is None,
                quoting=csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE,
            )  # fmt: skip

    def columns(self) -> list[str]:
        """The columns of rows that are added: without a header they stand at the places of the source's own."""
        return self.table.header or self.table.columns()


def list_tables(origins: Iterable[Origin]) -> Iterator[Described]:
    """The tables that the mapping files of these sources describe; a folder that is gone has none."""
    for origin in origins:
        found = origin.read()
        for _, source in found.sources if found else ():
            if isinstance(source, Table):
                yield Described(origin.name, origin.folder, source)


def _read_facts(table: Table, folder: Path) -> Iterator[Fact]:
    for chunk in table.read(folder, Tally()):
        yield from chunk.facts[["head", "relation", "tail"]].itertuples(index=False, name=None)
