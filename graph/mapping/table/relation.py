"""[table.relation.NAME]: what the cells of a row say of its entity, as facts."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from graph.mapping.table.cells import alternatives, columns_in


def as_list(value: Any) -> Any:
    """One text as a list of one."""
    return [value] if isinstance(value, str) else value


def as_names(value: Any) -> Any:
    """A list of columns as a table from name to column."""
    return {name: name for name in value} if isinstance(value, list) else value


def check_pattern(value: Any) -> Any:
    """Raise ValueError where a text is no regular expression."""
    for pattern in value if isinstance(value, list) else [value]:
        try:
            re.compile(str(pattern))
        except re.error as error:
            raise ValueError(f"this is no regular expression: {error}") from error
    return value


Texts = Annotated[list[str], BeforeValidator(as_list)]
Names = Annotated[dict[str, str], BeforeValidator(as_names)]
Pattern = Annotated[str, BeforeValidator(check_pattern)]
Wanted = dict[str, Annotated[list[str], BeforeValidator(as_list)]]
BIN_NAMES = {10: "Decade", 100: "Century"}


class Relation(BaseModel):
    """A relation from a row's entity to what its cells name.

    to: the label of the tails. id, name: columns or templates of the tail; without an id the name stands for it.
    split: separators of a cell with several values, regular expressions but for a single sign; all columns of the
        relation are split, and must then have equally many values.
    without: of each name this is taken out. before: of each name only what stands before this is taken.
    ignore_case: names that differ in case are one.
    unless: names that mean nobody; they are kept as what was said, and become no entity.
    role, roles: a column and its values, each with the relation that it means; others are left out. "" is no value.
    when: column -> values that a row must have there. keep: property of the tail -> column.
    relation: facts about the tail, from its own columns. same: identifiers that the tail shares with others.
    year: a column with dates, or columns with the first year, the last and a text; bin: how many years an entity
        stands for; span: a wider range of years is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str = ""
    id: str | None = None
    name: str | None = None
    split: Annotated[Texts, BeforeValidator(as_list)] = Field(default_factory=list)
    without: Pattern | None = None
    before: Pattern | None = None
    ignore_case: bool = False
    unless: Pattern | None = None
    role: str | None = None
    roles: dict[str, str] = Field(default_factory=dict)
    when: Wanted = Field(default_factory=dict)
    keep: Names = Field(default_factory=dict)
    same: Names = Field(default_factory=dict)
    relation: "dict[str, Relation]" = Field(default_factory=dict)
    year: Texts = Field(default_factory=list)
    bin: Annotated[int, Field(ge=1)] = 10
    span: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_nested(cls, written: Any) -> Any:
        """A fact about the tail whose column `keep` names is no property then."""
        if not isinstance(written, dict) or not isinstance(written.get("relation"), dict):
            return written
        keep, nested = dict(as_names(written.get("keep", {}))), {}
        for name, inner in written["relation"].items():
            if isinstance(inner, dict) and name in keep and not {"name", "id", "year"} & inner.keys():
                inner = {"name": keep.pop(name), **inner}
            nested[name] = inner
        return {**written, "keep": keep, "relation": nested}

    @model_validator(mode="after")
    def _check(self) -> "Relation":
        if not self.year and not self.to:
            raise ValueError("`to` is missing: the label of what the relation leads to")
        if self.year and (self.id or self.name or self.relation or self.split):
            raise ValueError("`year` makes decades by itself; id, name, split and relation have no place beside it")
        if not self.year and not (self.id or self.name):
            raise ValueError("`name` (or `id`) is missing: the column that names what the relation leads to")
        if len(self.year) > 3:
            raise ValueError("`year` names one column, or two (first, last), or three (first, last, text)")
        if bool(self.role) != bool(self.roles):
            raise ValueError("`role` names a column and `roles` what its values mean; both are needed")
        for pattern in self.split:
            check_pattern(_as_pattern(pattern))
        return self

    @property
    def label(self) -> str:
        """The label of its tails."""
        return self.to or BIN_NAMES.get(self.bin, "Period")

    @property
    def widest(self) -> int:
        """How many years a range may span: two decades, three centuries, two of others, unless `span` says it."""
        return self.span or (3 if self.bin == 100 else 2) * self.bin

    @property
    def splitter(self) -> "re.Pattern[str] | None":
        """What separates the values in a cell."""
        return re.compile("|".join(map(_as_pattern, self.split))) if self.split else None

    def loose_columns(self) -> set[str]:
        """The columns of which the first that is filled is taken: what holds others is no value of theirs."""
        several = [part for part in (self.id, self.name, *self.year) if part and len(alternatives(part)) > 1]
        inner = [column for relation in self.relation.values() for column in relation.loose_columns()]
        return {*inner, *(column for part in several for column in columns_in(part))}

    def columns(self) -> list[str]:
        """All columns that it reads, each once."""
        written = [*self.year, self.id, self.name, self.role, *self.when, *self.keep.values(), *self.same.values()]
        named = [column for part in written if part for column in columns_in(part)]
        return list(dict.fromkeys([*named, *(c for inner in self.relation.values() for c in inner.columns())]))


def _as_pattern(written: str) -> str:
    return re.escape(written) if len(written) == 1 else written
