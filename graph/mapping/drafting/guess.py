"""What a draft says of one table: its lines, its properties, its relations, and what each column becomes."""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from graph.loading.nobody import UNKNOWN
from graph.mapping.drafting.column_words import MEANINGS, QUALIFIED, find_meaning, fold_accents
from graph.mapping.drafting.profile import Column

Lines: TypeAlias = dict[str, str | int | bool | list[str] | dict[str, str]]
ALIKE = 0.9  # of the rows that two columns fill
FEWEST_ALIKE = 5  # rows that both fill
MOST_TOLD = 12  # roles in a remark
LOCATED = 0.5  # of the places that say where they lie


@dataclass
class DraftedRelation:
    """name, lines of its table, remarks above it, the relations of what it leads to, and `when` it holds."""

    name: str
    lines: Lines
    remarks: list[str] = field(default_factory=list)
    nested: "list[DraftedRelation]" = field(default_factory=list)
    when: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Guess:
    """lines: key -> value of the table itself; keep: property -> column; roles: column -> what it becomes.

    people: whether its rows say who made a work, one row a maker: then dates are those of lives.
    """

    lines: Lines
    keep: dict[str, str] = field(default_factory=dict)
    relations: list[DraftedRelation] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    people: bool = False

    def has(self, name: str) -> bool:
        """Whether there is a relation of that name."""
        return any(relation.name == name for relation in self.relations)

    def keep_as(self, column: Column, key: str = "") -> None:
        """Make a column a property."""
        key = key or key_of(column.name)
        if key in self.keep or key in ("id", "label", "name", "text", "image", "url", "rights"):
            key = f"{key}_2"
        self.keep[key] = column.name
        self.roles[column.name] = f"property {key}"


def key_of(name: str) -> str:
    """``Credit Line`` as credit_line."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.replace(".*", ""))
    return re.sub(r"\W+", "_", apart).strip("_").lower() or "value"


def is_same(one: Column, other: Column) -> bool:
    """Whether two columns say the same, row by row."""
    both = [(a, b) for a, b in zip(one.begin, other.begin, strict=False) if a and b]
    return len(both) >= FEWEST_ALIKE and sum(a == b for a, b in both) >= ALIKE * len(both)


def leave_nobody(relation: DraftedRelation, column: Column) -> DraftedRelation:
    """A relation that leaves out what names nobody, with what was found."""
    if column.unknown:
        relation.remarks.append(tell_unknown(column))
        relation.lines["unless"] = find_pattern(column)
    return relation


def tell_unknown(column: Column) -> str:
    """How many values name nobody, and which."""
    shown = ", ".join(repr(value) for value in list(column.unknown)[:3])
    return f"{sum(column.unknown.values()):,} name nobody, such as {shown}: they stay properties. Is that right?"


def find_pattern(column: Column) -> str:
    """A regular expression of the first words of what names nobody."""
    said = {match[0].strip(" ([{") for value in column.unknown if (match := UNKNOWN.match(value.lower()))}
    words = sorted({r"\W+".join(re.findall(r"\w+", words)) for words in said})
    return rf"^\W*({'|'.join(words[:12])})\b"


def name_place(lines: Lines, column: Column) -> None:
    """Take of places such as "Florence (Tuscany, Italy)" what stands in front, where most are written so."""
    filled = [value for value in column.frequent if value]
    if sum("(" in value or "," in value for value in filled) > LOCATED * len(filled):
        lines["before"] = "[,(]"


def divide_by_role(relation: DraftedRelation, role: Column, always: bool = True) -> None:
    """Let each role be the relation that it means; those whose meaning is not known are told.

    always: every row has a role; else who has none is in the relation itself.
    """
    meant = {value: meaning for value in role.frequent if (meaning := find_meaning(value))}
    spelled = {value.casefold(): value for value in reversed(meant)}
    meant = {value: meaning for value, meaning in meant.items() if spelled[value.casefold()] == value}
    if not always:
        meant = {"": relation.name, **meant}
    other = {value: count for value, count in role.frequent.items() if value and not find_meaning(value)}
    if not meant:
        meant = {role.largest: relation.name}
        other.pop(role.largest, None)
    relation.lines |= {"role": role.name, "roles": meant}
    relation.remarks.append(f"roles: what each value of {role.name} means; others are left out and counted")
    if other:
        told = ", ".join(f"{value!r} {count:,}" for value, count in list(other.items())[:MOST_TOLD])
        relation.remarks.append(f"not yet in roles: {told}")


def leave_attributed(relation: DraftedRelation, qualifier: Column) -> bool:
    """Leave out makers whose qualifier says that a work is only ascribed to them, or is by others around them. Returns
    whether any is."""
    doubted = {
        value: count for value, count in qualifier.frequent.items() if QUALIFIED.search(fold_accents(value).casefold())
    }
    if not doubted:
        return False
    sure = [value for value in qualifier.frequent if value and value not in doubted]
    relation.when = {qualifier.name: ["", *sure]}
    told = ", ".join(f"{value!r} {count:,}" for value, count in list(doubted.items())[:MOST_TOLD])
    relation.remarks.append(f"an attribution is no fact; {qualifier.name} has {told}")
    return True


def is_about_making(role: Column) -> bool:
    """Whether all that a column of roles says is that somebody made it."""
    return all(MEANINGS["createdBy"].search(value.casefold()) for value in role.frequent if value)
