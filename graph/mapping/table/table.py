"""[[table]]: one row one thing, or one link of it; columns become properties and facts where the mapping says so."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from base.errors import InputError
from graph.loading.csv_files import CsvFormat
from graph.loading.names import wrong_name
from graph.mapping.files.blocks import Block
from graph.mapping.files.formats import FORMATS, AnyBlock, Layout, read_blocks
from graph.mapping.files.parts import find_parts
from graph.mapping.source_kind import OWN, SAID, Chunk, SourceKind, Tally
from graph.mapping.table.cells import Cells, Reading, columns_in, cut, fold, tell_absent
from graph.mapping.table.relation import Names, Pattern, Relation, Texts, Wanted
from graph.mapping.table.tails import Tails

PROPERTIES = ("name", "text", "image", "url", "rights")


class LabelColumn(BaseModel):
    """label = { column = "Classification" }: each row's label from a column of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str


def _as_column(value: Any) -> Any:
    return LabelColumn(**value) if isinstance(value, dict) and value.keys() == {"column"} else value


class Table(SourceKind):
    """A table or many of one form.

    file: a name or a pattern of files in the folder. label: of the rows' entities; None where another source gives it.
    id, name, text, image, url, rights: a column, a template such as ``object:{ObjectID}``, or several with ``??``
        between, of which the first that is filled is taken. keep: further property -> column.
    before: of each name only what stands before this is taken.
    relation: name -> facts. unless: rows with such a name are nobody. when: column -> values that a row must have.
    same: identifier -> column; entities with one in common are one.
    missing: values that mean nothing. html: whether tags are stripped.
    encoding, separator, quote, header, sheet, records: see CsvFormat and Layout.
    """

    file: Annotated[Texts, Field(min_length=1)]
    label: Annotated[str | LabelColumn | None, BeforeValidator(_as_column)] = None
    id: str
    name: str = ""
    text: str = ""
    image: str = ""
    url: str = ""
    rights: str = ""
    before: Pattern | None = None
    keep: Names = Field(default_factory=dict)
    relation: dict[str, Relation] = Field(default_factory=dict)
    unless: Pattern | None = None
    when: Wanted = Field(default_factory=dict)
    same: Names = Field(default_factory=dict)
    missing: Texts = Field(default_factory=list)
    html: Literal["strip", "keep"] = "keep"
    encoding: str = "utf-8"
    separator: str | None = None
    quote: str = '"'
    header: list[str] | None = None
    sheet: str | None = None
    records: str | list[str] | None = None

    @field_validator("keep", "same")
    @classmethod
    def _check_kept(cls, kept: dict[str, str]) -> dict[str, str]:
        if taken := [name for name in kept if name in ("id", "label", *PROPERTIES)]:
            raise ValueError(f"{taken[0]!r} has a line of its own: {taken[0]} = {kept[taken[0]]!r}")
        if wrong := next(((name, reason) for name in kept if (reason := wrong_name(name))), None):
            raise ValueError(f"the property's name {wrong[0]!r} {wrong[1]}")
        return kept

    @model_validator(mode="after")
    def _check_form(self) -> "Table":
        if problem := self.form.problem():
            raise ValueError(problem)
        if taken := [f"{name}{SAID}" for name in self.relation if f"{name}{SAID}" in (*self.keep, *self.same)]:
            raise ValueError(
                f"the property {taken[0]!r} is where the relation keeps what was said; call yours otherwise"
            )
        if not columns_in(self.id):
            raise ValueError("`id` is empty; it names the column whose values tell the rows apart")
        return self

    @property
    def _reading(self) -> Reading:
        return Reading(self.missing, self.html == "strip")

    @property
    def form(self) -> CsvFormat:
        return CsvFormat(separator=self.separator, quote=self.quote, encoding=self.encoding)

    def columns(self) -> list[str]:
        """All columns that it reads, each once."""
        label = [self.label.column] if isinstance(self.label, LabelColumn) else []
        texts = [self.id, *(getattr(self, name) for name in PROPERTIES), *self.keep.values(), *self.same.values()]
        named = [column for text in texts if text for column in columns_in(text)]
        related = [column for relation in self.relation.values() for column in relation.columns()]
        return list(dict.fromkeys([*named, *label, *self.when, *related]))

    def identifiers(self) -> list[str]:
        return [*self.same, *(name for relation in self.relation.values() for name in relation.same)]

    def blocks(self, folder: Path, tally: Tally) -> Iterator[AnyBlock]:
        """The rows of its files, with all columns."""
        layout = Layout(self.form, self.columns(), self.header, self.records, self.sheet, tally.notes)
        return read_blocks(find_parts(folder, self.file, set(FORMATS)), layout)

    def read(self, folder: Path, tally: Tally) -> Iterator[Chunk]:
        relations = [Tails(name, relation, self._reading) for name, relation in self.relation.items()]
        absent = set(self.columns())
        there: dict[str, None] = {}
        try:
            for block in self.blocks(folder, tally):
                if not isinstance(block, Block) and absent:
                    there.update(dict.fromkeys(block.columns))
                absent -= {column for column in absent if block.has(column)}
                yield self._read_block(block, relations, tally)
        except InputError as error:
            raise type(error)(str(error).replace("[csv] with", "its [[table]] with")) from error
        # Of nested records each may lack what others have: a name that none has is a slip, or told.
        for column in sorted(absent):
            if column in columns_in(self.id) and not there:
                raise InputError(f"{self.file[0]}: there are no records in it")
            if column in columns_in(self.id):
                raise InputError(f"{self.file[0]}: {tell_absent(column, list(there))}")
            tally.notes.append(f"{self.file[0]}: {tell_absent(column, list(there))}")

    def _read_block(self, block: AnyBlock, relations: list[Tails], tally: Tally) -> Chunk:
        cells = Cells(block, self._reading)
        labels = self._labels(cells)
        ids = cells.ids(self.id, labels if isinstance(self.label, str) else [None] * len(block))
        properties = {
            name: (cells.addresses if name in ("image", "url") else cells.texts)(getattr(self, name))
            for name in PROPERTIES
            if getattr(self, name)
        }
        if self.before and self.name:
            before = re.compile(self.before)
            properties["name"] = [cut(name, before) for name in properties["name"]]
        properties |= {name: cells.texts(column) for name, column in self.keep.items()}
        properties |= {name: cells.identifiers(column) for name, column in self.same.items()}
        rows = self._choose(cells, ids, properties.get("name"), tally)
        things = pd.DataFrame({"id": ids, "label": labels, **properties, OWN: True}, dtype=object).iloc[rows]
        heads: list[str] = []
        names: list[str] = []
        tails: list[str] = []
        said: list[tuple[str, str, str]] = []
        for relation in relations:
            self._relate(relation, cells, ids, rows, (heads, names, tails), said, tally)
        mentioned = []
        for relation in relations:
            entities, facts, words = relation.take()
            mentioned += entities
            said += words
            heads += [head for head, _, _ in facts]
            names += [name for _, name, _ in facts]
            tails += [tail for _, _, tail in facts]
        frames = [things, *([pd.DataFrame(mentioned, dtype=object).assign(**{OWN: False})] if mentioned else [])]
        return Chunk(
            pd.concat(frames, ignore_index=True),
            pd.DataFrame({"head": heads, "relation": names, "tail": tails}, dtype=object),
            said,
        )

    def _labels(self, cells: Cells) -> list[str | None]:
        if isinstance(self.label, LabelColumn):
            return cells.texts(self.label.column)
        return [self.label] * len(cells.block)

    def _choose(self, cells: Cells, ids: list[str | None], names: list[str | None] | None, tally: Tally) -> list[int]:
        """The rows that are entities."""
        where = self.label if isinstance(self.label, str) else self.file[0]
        wanted = [
            (cells.texts(column), {fold(value).casefold() for value in values}) for column, values in self.when.items()
        ]
        nobody = re.compile(self.unless, re.IGNORECASE) if self.unless else None
        rows = []
        for row, id_ in enumerate(ids):
            if any(fold(column[row] or "").casefold() not in values for column, values in wanted):
                tally.leave_out(where, "`when` does not hold", cells.block.place(row))
            elif id_ is None:
                tally.leave_out(where, "the row has no id", cells.block.place(row))
            elif nobody and nobody.search((names[row] if names else None) or id_):
                name = (names[row] if names else None) or id_
                tally.nobodies[id_] = name
                tally.leave_out(where, "nobody is meant (`unless`)", f"{cells.block.place(row)}: {name!r}")
            else:
                rows.append(row)
        return rows

    def _relate(
        self,
        relation: Tails,
        cells: Cells,
        ids: list[str | None],
        rows: list[int],
        facts: tuple[list[str], list[str], list[str]],
        said: list[tuple[str, str, str]],
        tally: Tally,
    ) -> None:
        """Add what a relation's columns say of the rows."""
        heads, names, tails = facts
        loose = relation.relation.loose_columns()
        columns = list(zip(*(cells.column(column, column in loose) for column in relation.columns), strict=True))
        nothing = (None,) * len(relation.columns)
        for row in rows:
            if columns[row] == nothing:
                continue
            try:
                found = relation.of(columns[row])
            except InputError as error:
                raise InputError(f"{cells.block.place(row)}: {error}") from error
            head = ids[row]
            assert head is not None
            for name, tail in found.facts:
                heads.append(head)
                names.append(name)
                tails.append(tail)
            if found.said:
                said += [(head, name, text) for name, text in found.said]
            for where, why, value, kind in found.left_out:
                tally.leave_out(where, why, f"{cells.block.place(row)}: {value!r}", kind=kind)
