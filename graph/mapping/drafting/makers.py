"""What a flat table says of the maker in each row: facts and properties of the maker, not of the work."""

import re

from graph.mapping.drafting.column_words import DATES, LIVES, PEOPLE, QUALIFIERS, ROLES, find_identifier, plain
from graph.mapping.drafting.groups import SHARED
from graph.mapping.drafting.guess import (
    DraftedRelation,
    Guess,
    divide_by_role,
    is_about_making,
    key_of,
    leave_attributed,
    leave_nobody,
    name_place,
)
from graph.mapping.drafting.profile import Column

OF_PEOPLE = re.compile(
    r"gender|\bsex$|^bio$|biograph|\blife\b|born|birth|died|death|geboren|gestorben|naiss|nacim|geboorte"
)


def take_makers_columns(columns: dict[str, Column], guessed: Guess) -> None:
    """Move what is said of the one maker that a row names from the work to the maker.

    Of several makers in a cell nobody can say whose nationality it is: then nothing is moved.
    """
    maker = next((relation for relation in guessed.relations if relation.name == "createdBy"), None)
    if maker is not None and guessed.lines["label"] != "Person" and _take_numbers(columns, maker, guessed):
        return
    if maker is None or guessed.lines["label"] == "Person" or "split" in maker.lines or "role" in maker.lines:
        return
    named = columns.get(str(maker.lines.get("name")))
    if named is None or "*" in named.name or named.separator not in ("", ","):
        return
    for column in columns.values():
        said = plain(column.name)
        if "*" in column.name or column.different < 2 or column is named:
            continue
        shared = next((name for name, (_, words) in SHARED.items() if words.search(said)), None)
        if shared is not None and _release(column, guessed):
            _add_fact(maker, shared, column, guessed)
        elif _is_of_maker(column, said, guessed.people) and _release(column, guessed):
            _add_property(maker, column, guessed)
    _take_role(columns, maker, guessed)
    for column in columns.values():
        single = "*" not in column.name and not column.separator and column.name != maker.lines.get("role")
        says = single and QUALIFIERS.search(plain(column.name)) and not maker.when
        if says and leave_attributed(maker, column) and _release(column, guessed):
            guessed.roles[column.name] = "condition of createdBy"


def _take_numbers(columns: dict[str, Column], maker: DraftedRelation, guessed: Guess) -> bool:
    """Know makers by a column of their numbers, where cells hold several. Returns whether there is one.

    Names are taken beside the numbers only where they divide alike: "Skidmore, Owings & Merrill" is one. What else is
    said of the makers is left out, as it is said of several.
    """
    named = columns.get(str(maker.lines.get("name")))
    key = next((column for column in columns.values() if _numbers_people(column) and column is not named), None)
    if key is None or named is None or "id" in maker.lines or maker.lines.get("split", ",") != ",":
        return False
    pairs = [(one, other) for one, other in zip(named.begin, key.begin, strict=False) if one and other]
    maker.lines = {"to": maker.lines["to"], "id": key.name, "name": named.name, "split": ","}
    guessed.roles[key.name] = "part of createdBy"
    if any(one.count(",") != other.count(",") for one, other in pairs):
        del maker.lines["name"]
        maker.remarks = [f"names of {named.name} hold commas; a table of artists, by {key.name}, can name them"]
        guessed.roles[named.name] = f"left out, {key.name} says it"
    for column in columns.values():
        said = plain(column.name)
        shared = any(words.search(said) for _, words in SHARED.values())
        if column not in (named, key) and (shared or OF_PEOPLE.search(said)) and _release(column, guessed):
            guessed.roles[column.name] = "left out, said of several makers"
    return True


def _numbers_people(column: Column) -> bool:
    said = plain(column.name)
    return column.separator == "," and column.looks == "number" and bool(PEOPLE.search(said)) and said.endswith("id")


def _is_of_maker(column: Column, said: str, people: bool) -> bool:
    if find_identifier(column.name, list(column.sample)) is not None:
        return bool(PEOPLE.search(said))
    if people and column.looks == "date":
        return True
    lived = bool(PEOPLE.search(said)) and bool(LIVES.search(said) or DATES.search(said))
    return column.looks in ("name", "date", "number", "text") and (lived or bool(OF_PEOPLE.search(said)))


def _release(column: Column, guessed: Guess) -> bool:
    """Take a column from the work. Returns whether it may be the maker's: it was a property, a relation or nothing."""
    role = guessed.roles.get(column.name, "left out")
    if not role.startswith(("property", "relation", "left out", "identifier", "text")):
        return False
    if role == "text":
        del guessed.lines["text"]
    guessed.keep = {key: name for key, name in guessed.keep.items() if name != column.name}
    guessed.relations = [relation for relation in guessed.relations if relation.lines.get("name") != column.name]
    same = guessed.lines.get("same")
    if isinstance(same, dict):
        guessed.lines["same"] = {key: name for key, name in same.items() if name != column.name}
        if not guessed.lines["same"]:
            del guessed.lines["same"]
    return True


def _add_fact(maker: DraftedRelation, shared: str, column: Column, guessed: Guess) -> None:
    to = SHARED[shared][0]
    fact = DraftedRelation(shared, {"to": to, "name": column.name})
    if to == "Place":
        name_place(fact.lines, column)
    maker.nested.append(leave_nobody(fact, column))
    guessed.roles[column.name] = f"relation {shared} of {maker.lines['to']}"


def _add_property(maker: DraftedRelation, column: Column, guessed: Guess) -> None:
    authority = find_identifier(column.name, list(column.sample))
    line, key = ("same", authority) if authority else ("keep", key_of(column.name))
    given = maker.lines.setdefault(line, {})
    assert isinstance(given, dict)
    given.setdefault(key, column.name)
    guessed.roles[column.name] = f"{'identifier' if authority else 'property'} of {maker.lines['to']}"


def _take_role(columns: dict[str, Column], maker: DraftedRelation, guessed: Guess) -> None:
    """Divide the makers by their role, where there is one column of roles that says more than that they made it."""
    roles = [column for column in columns.values() if ROLES.search(plain(column.name)) and "*" not in column.name]
    if len(roles) != 1 or roles[0].separator or is_about_making(roles[0]):
        return
    if _release(roles[0], guessed):
        divide_by_role(maker, roles[0])
        guessed.roles[roles[0].name] = "role of createdBy"
