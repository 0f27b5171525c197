"""Columns that belong together, in lists of equal length or in the same objects: who, with what is said of each."""

import re
from collections import defaultdict

from graph.mapping.drafting.column_words import (
    BIRTHPLACES,
    DEATHPLACES,
    IDS,
    LIVES,
    NAME_PARTS,
    NAMES,
    NATIONALITIES,
    PEOPLE,
    QUALIFIERS,
    ROLES,
    TECHNICAL,
    TITLES,
    camel,
    find_identifier,
    find_meaning,
    plain,
)
from graph.mapping.drafting.guess import (
    DraftedRelation,
    Guess,
    Lines,
    divide_by_role,
    is_same,
    key_of,
    leave_attributed,
    leave_nobody,
    name_place,
)
from graph.mapping.drafting.profile import Column

# What is said of a person that others share: a relation of its own.
SHARED = {
    "hasNationality": ("Nationality", NATIONALITIES),
    "bornIn": ("Place", BIRTHPLACES),
    "diedIn": ("Place", DEATHPLACES),
}
# Lists of people's places, names or links are not of people.
ABOUT_PEOPLE = re.compile(r"geograph|places?$|locations?$|alt names?$|uris?$|urls?$|media$|images?$")
NAMED = re.compile(rf"{NAMES.pattern}|\bterms?$")
PER_NAME = 2  # different ids for each name: more number the rows, not what they name
MOSTLY = 0.95  # of a group's rows that have a role
FEWEST_PACKED = 3  # different lists of roles with gaps


def take_together(columns: dict[str, Column], together: list[list[str]], guessed: Guess) -> None:
    """Lists in cells that belong together, as ``41|7`` and ``Alphonse Legros|Ann``."""
    for names in together:
        group = [columns[name] for name in names if name in columns and name not in guessed.roles]
        known = any(column.looks in ("number", "IRI") for column in group)
        if len(group) < 2 or (group[0].separator != "|" and not known):
            continue  # commas and semicolons stand in many texts
        _relate(group, guessed, {"split": group[0].separator}, "")
        for column in group:
            guessed.roles.setdefault(column.name, "left out")


def take_nested(columns: dict[str, Column], guessed: Guess) -> None:
    """Lists of objects in records: paths with a star."""
    groups: dict[str, list[Column]] = defaultdict(list)
    for column in columns.values():
        if "*." in column.name and column.name not in guessed.roles:
            groups[column.name.rpartition("*.")[0] + "*"].append(column)
    for prefix, group in groups.items():
        if prefix.rstrip(".*") in guessed.roles:
            continue  # the same in other words, as XML has texts with and without attributes
        deeper = [name for name in columns if name.startswith(f"{prefix}.") and "*" in name[len(prefix) :]]
        if any(NAMES.search(plain(name)) for name in deeper):
            continue  # what is inside says it more closely
        inside = prefix.removesuffix(".*").rpartition("*.")[0]
        if inside and PEOPLE.search(plain(inside.rstrip(".*"))) and ABOUT_PEOPLE.search(plain(prefix)):
            # Several of each person: whose they are cannot be said.
            guessed.roles |= {column.name: "left out, several of each person" for column in group}
            continue
        words = [part for part in prefix.split(".") if part not in ("*", "children")]
        _relate(group, guessed, {}, words[-1], ".".join(words) + str(prefix.count("*")))


def _relate(group: list[Column], guessed: Guess, layout: Lines, word: str, path: str = "") -> None:
    """One relation from columns that belong together. word: what their list is called, if anything."""
    last = {column.name: plain(column.name) for column in group}
    if labelled := _find_labelled(group):
        _relate_labelled(*labelled, guessed)
        return
    people = bool(word and PEOPLE.search(plain(word))) or any(PEOPLE.search(name) for name in last.values())
    people = people and not ABOUT_PEOPLE.search(plain(word))
    name = _choose_name(group, last, people)
    keys = [column for column in group if column is not name and _is_id(column, last[column.name], word)]
    keys.sort(key=lambda column: column.name.rpartition(".")[2] != "id")
    # What stands in the same object as the name goes before what stands deeper.
    key = next((column for column in keys if name and _above(column) == _above(name)), next(iter(keys), None))
    if key is not None and (key.different < 2 or (name is not None and key.different > PER_NAME * name.different)):
        key = None
    if name is None and key is None:
        return
    chosen = name or key
    assert chosen is not None
    if TECHNICAL.search(plain(word or chosen.name)):
        return
    called, label = f"has{camel(word or chosen.name)}", camel(word or chosen.name)
    if people:
        called, label = find_meaning(word) or "createdBy", "Artist"
    if guessed.has(called):
        called = f"has{''.join(map(camel, path.split('.')))}" if path else f"{called}2"
    lines: Lines = {"to": label, **({"id": key.name} if key else {}), **({"name": name.name} if name else {}), **layout}
    relation = leave_nobody(DraftedRelation(called, lines), chosen)
    for part in (name, key):
        if part is not None:
            guessed.roles[part.name] = f"part of {called}"
    _describe(relation, group, last, chosen, guessed)
    guessed.relations.append(relation)


def _find_labelled(group: list[Column]) -> tuple[Column, Column] | None:
    """Two columns of one object of which the first says what the second tells, as ``label`` and ``content``."""
    by_name = {column.name: column for column in group}
    pairs = (
        (label, by_name.get(f"{_above(label)}.{end}"))
        for label in group
        if label.name.endswith(".label")
        for end in ("content", "value")
    )
    return next(((label, said) for label, said in pairs if said is not None), None)


def _relate_labelled(label: Column, said: Column, guessed: Guess) -> None:
    """Relations to what is told under labels that are roles; of other labels nothing is guessed."""
    if not any(find_meaning(value) for value in label.frequent) or guessed.has("createdBy"):
        return
    relation = leave_nobody(DraftedRelation("createdBy", {"to": "Artist", "name": said.name}), said)
    divide_by_role(relation, label)
    guessed.roles |= {said.name: "part of createdBy", label.name: "role of createdBy"}
    guessed.relations.append(relation)


def _above(column: Column) -> str:
    return column.name.rpartition(".")[0]


def _choose_name(group: list[Column], last: dict[str, str], people: bool) -> Column | None:
    """The column with names: a display name before others, never a part of one."""

    def rank(column: Column) -> tuple[bool, bool, int]:
        said = last[column.name]
        return (not re.search(r"display|full|^(name|title|fc)$", said), not NAMES.search(said), column.name.count("."))

    named = [
        column for column in group
        if column.looks in ("name", "html", "text") and column.different > 1
        and not NAME_PARTS.search(last[column.name])
        and (NAMED.search(last[column.name]) or (people and re.search(rf"({PEOPLE.pattern})$", last[column.name])))
        and not BIRTHPLACES.search(last[column.name]) and not ROLES.search(last[column.name])
    ]  # fmt: skip
    if not named and not any("*" in column.name for column in group):
        # Parallel lists are not called after what they hold: the first is named, as Tags beside Tags AAT URL.
        named = [column for column in group if column.looks == "name"][:1]
    return min(named, key=rank, default=None)


def _is_id(column: Column, said: str, word: str) -> bool:
    if column.looks == "IRI" and not PEOPLE.search(said):
        return True
    if word:
        return bool(re.search(r"(id|uri|iri|lref|irn)$", said)) and not find_identifier(column.name, [])
    return bool(IDS.search(said)) and find_identifier(column.name, list(column.sample)) is None


def _describe(
    relation: DraftedRelation, group: list[Column], last: dict[str, str], chosen: Column, guessed: Guess
) -> None:
    """Roles, identifiers, facts and properties of what the relation leads to."""
    same: dict[str, str] = {}
    keep: dict[str, str] = {}
    full: set[str] = set()  # roles that every row has
    other_roles = [name for name, said in last.items() if ROLES.search(said) and not QUALIFIERS.search(said)]
    for column in group:
        said = last[column.name]
        # A prefix beside roles says how sure they are; alone it is the role.
        if QUALIFIERS.search(said) and (other_roles or not ROLES.search(said)) and not find_packed(column):
            if not relation.when and leave_attributed(relation, column):
                guessed.roles[column.name] = f"condition of {relation.name}"
            continue
        if column.name in guessed.roles or column.different < 2 or is_same(column, chosen):
            continue
        if ROLES.search(said):
            # Of lists inside the list of names nobody sees which are empty.
            inside = column.name.count("*") > chosen.name.count("*")
            always = column.filled >= MOSTLY * chosen.filled and "" not in column.frequent and not inside
            if shown := find_packed(column):
                relation.remarks.append(
                    f"{column.name} is left out: its gaps all stand behind, as in {shown!r}; whose they are is not said"
                )
            elif "role" in relation.lines and (not always or relation.lines["role"] in full):
                relation.remarks.append(f"{column.name} is left out: {relation.lines['role']} has roles, too")
            elif always or any(find_meaning(value) for value in column.frequent):
                divide_by_role(relation, column, always)
                full |= {column.name} if always else set()
                guessed.roles[column.name] = f"role of {relation.name}"
            continue
        authority = find_identifier(column.name, list(column.sample))
        shared = next((name for name, (_, words) in SHARED.items() if words.search(said)), None)
        if authority is not None:
            same.setdefault(authority, column.name)
        elif shared is not None:
            lines: Lines = {"to": SHARED[shared][0], "name": column.name}
            if SHARED[shared][0] == "Place":
                name_place(lines, column)
            relation.nested.append(leave_nobody(DraftedRelation(shared, lines), column))
            guessed.roles[column.name] = f"relation {shared} of {relation.lines['to']}"
        elif _is_told(column, said):
            keep[key_of(column.name.rpartition("*.")[2])] = column.name
    for into, found in (("same", same), ("keep", keep)):
        if found:
            relation.lines[into] = found
            guessed.roles |= dict.fromkeys(
                found.values(), f"{'identifier' if into == 'same' else 'property'} of {relation.lines['to']}"
            )


def find_packed(column: Column) -> str | None:
    """A value whose gaps stand behind, where this is so in several and a gap in front in none: a program left gaps out
    and filled up the list, and positions say nothing."""
    parted = [(value, value.split(column.separator)) for value in sorted(column.sample) if column.separator in value]
    gaps = {value: [bool(part.strip()) for part in parts] for value, parts in parted}
    gaps = {value: filled for value, filled in gaps.items() if any(filled) and not all(filled)}
    packed = all(filled == sorted(filled, reverse=True) for filled in gaps.values())
    return next(iter(gaps)) if packed and len(gaps) >= FEWEST_PACKED else None


def _is_told(column: Column, said: str) -> bool:
    """Whether it is worth keeping as a property: dates of a life, a gender, a kind of person."""
    if TECHNICAL.search(said) or NAME_PARTS.search(said) or TITLES.search(said):
        return False
    dated = column.looks == "date" and bool(LIVES.search(said) or PEOPLE.search(said))
    return dated or (column.looks == "name" and bool(re.search(r"gender|type$|\bbio|culture", said)))
