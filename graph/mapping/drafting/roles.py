"""What the columns of a table may be: a guess by their names and figures."""

import re

from base.errors import shorten
from graph.loading.survey import COMPLETE, HUB
from graph.mapping.drafting.column_words import (
    ADDRESSES,
    BIRTHPLACES,
    DATES,
    DEATHPLACES,
    IDS,
    MATERIALS,
    NAME_PARTS,
    NAMES,
    PARENTS,
    PEOPLE,
    TECHNICAL,
    TEXTS,
    TITLES,
    WORDS,
    camel,
    find_identifier,
    part_language,
    plain,
)
from graph.mapping.drafting.groups import take_nested, take_together
from graph.mapping.drafting.guess import (
    DraftedRelation,
    Guess,
    Lines,
    find_pattern,
    is_same,
    key_of,
    leave_nobody,
    name_place,
    tell_unknown,
)
from graph.mapping.drafting.makers import take_makers_columns
from graph.mapping.drafting.making import take_dates
from graph.mapping.drafting.one_name import name_one
from graph.mapping.drafting.profile import Column, Profile
from graph.mapping.drafting.rows import label_of, take_id, take_identifiers

# Between materials, in each language together; those that a column has are written. The blanks keep "black-and-white".
PHRASES = [
    [" and ", " on ", " with "],
    [" und ", " auf ", " mit "],
    [" et ", " sur ", " avec "],
    [" op ", " met "],
    [" su ", " con ", " sobre "],
    [" og ", " på ", " och "],
]
SPOKEN = 0.05  # of a column's values that hold such a word
SHARED_PARTS = 0.4  # different materials for each that is written
MOST_SHARED = 0.5  # values different of those filled: more are hardly shared
ALMOST_ALL = 0.9  # of the rows with one value: nothing is learned from it
FEW_FILLED, MANY_ROWS = 20, 200  # of many rows a relation needs more than a few,
RARE = 0.005  # and more than this share of them
LONGEST = 60  # letters of a middling value that names something


def guess(file: str, seen: Profile, layout: Lines) -> Guess:
    """What each column of a table may be. file: its name, or its sheet's, which may say what its rows are.

    layout: lines that say how it is laid out.
    """
    guessed = Guess({**layout})
    _tell_mixed(seen.columns, guessed)
    columns = {column.name: column for column in seen.columns if column.different and not column.mixed}
    guessed.lines["label"] = label_of(file, columns)
    take_id(columns, guessed)
    take_together(columns, seen.together, guessed)
    _take_texts(columns, guessed)
    take_identifiers(columns, guessed)
    _take_labelled(columns, guessed)
    take_nested(columns, guessed)
    take_dates(columns, guessed)
    # Of lists and single values of one name the lists say more.
    for column in sorted(columns.values(), key=lambda column: column.separator != "list"):
        if column.name not in guessed.roles:
            _take_single(column, columns, seen.rows, guessed)
    take_makers_columns(columns, guessed)
    _take_parent(columns, guessed)
    if any(column.looks == "html" for column in columns.values()):
        guessed.lines["html"] = "strip"
    return guessed


def _tell_mixed(columns: list[Column], guessed: Guess) -> None:
    """Columns that are a value in some rows and hold others in some: a person says which are meant."""
    for column in [column for column in columns if column.mixed and column.different]:
        inner = [other.name for other in columns if other.name.startswith(f"{column.name}.") and other.different]
        guessed.roles[column.name] = "left out, see below"
        guessed.remarks.append(
            f"{column.name} is a value in some rows and holds {shorten(inner)} in some: "
            f"{' ?? '.join([column.name, *inner[:1]])} takes both"
        )


def _take_parent(columns: dict[str, Column], guessed: Guess) -> None:
    """What a row is a part of, by its number."""
    parents = [column for column in columns.values() if PARENTS.search(plain(column.name))]
    for column in [column for column in parents[:1] if guessed.lines["id"] != column.name]:
        guessed.keep = {key: name for key, name in guessed.keep.items() if name != column.name}
        guessed.roles[column.name] = "relation partOf"
        guessed.relations.append(DraftedRelation("partOf", {"to": guessed.lines["label"], "id": column.name}))


def _take_texts(columns: dict[str, Column], guessed: Guess) -> None:
    """name, text, image and url."""
    free = [column for column in columns.values() if column.name not in guessed.roles]
    single = [column for column in free if "*" not in column.name]
    id_label = f"{guessed.lines['id']}Label"
    person = guessed.lines["label"] == "Person"
    names = [
        column for column in free
        if column.name == id_label or (
            NAMES.search(said := part_language(column.name)[0]) and column.looks in ("name", "html", "text")
            and column.separator not in ("|", "list" if "*" not in column.name else "|")
            and (person or not PEOPLE.search(said)) and not column.name.endswith("Label")
            and not NAME_PARTS.search(said) and (column in single or TITLES.search(said))
        )
    ]  # fmt: skip
    # A title goes before a name, and what is told of the record itself before what is told of things inside it.
    names.sort(
        key=lambda c: (
            c.name != id_label, _depth(c), not person and not TITLES.search(part_language(c.name)[0]), *_by_language(c)
        )
    )  # fmt: skip
    names = [c for c in names if "*" not in c.name or (c.name.count("*") == 1 and c.filled > ALMOST_ALL)]
    id_ = columns.get(str(guessed.lines["id"]))
    names = [c for c in names if id_ is None or c is id_ or not is_same(c, id_)] or names
    texts = [column for column in single if column.looks in ("text", "html") and TEXTS.search(plain(column.name))]
    texts.sort(key=lambda c: (_depth(c), not re.search("descr", plain(c.name)), *_by_language(c)))
    pictures = [column for column in single if column.looks == "picture"]
    addresses = [
        column for column in single
        if column.looks == "IRI" and ADDRESSES.search(plain(column.name)) and column.separator != "|"
        and find_identifier(column.name, list(column.sample)) is None
    ]  # fmt: skip
    addresses.sort(key=lambda column: not column.unique)
    for key, found in (("name", names), ("text", texts), ("image", pictures), ("url", addresses)):
        chosen = next((column for column in found if column.name not in guessed.roles), None)
        if key == "name" and "name" in guessed.lines:
            chosen = columns[str(guessed.lines["name"])]
        if chosen is not None:
            guessed.lines[key] = name_one(chosen, columns)
            guessed.roles.setdefault(chosen.name, key)
            if guessed.lines[key] != chosen.name:
                guessed.keep[key_of(chosen.name)] = chosen.name
            _take_languages(key, chosen, found, guessed)
            if key == "name" and chosen.unknown and person:
                guessed.lines["unless"] = find_pattern(chosen)
                guessed.remarks.append(tell_unknown(chosen))


def _depth(column: Column) -> int:
    """How many things a column's value lies inside; that of a language, as in ``title.en``, is none."""
    last = column.name.removesuffix(".value").rpartition(".")[2]
    inside = part_language(column.name)[1] != "" and part_language(last)[1] == ""
    return column.name.count(".") - int(inside and "." in column.name)


def _by_language(column: Column) -> tuple[float, bool]:
    """Without a language first, then what more rows have, then English."""
    language = part_language(column.name)[1]
    return (-round(column.filled, 1) if language else -2, not language.startswith("en"))


def _take_languages(key: str, chosen: Column, found: list[Column], guessed: Guess) -> None:
    """The same in other languages: properties such as name_de, and taken in rows where the chosen one is empty."""
    said = part_language(chosen.name)[0]
    others = [
        column for column in found
        if column.name not in guessed.roles and "*" not in column.name + chosen.name
        and part_language(column.name) not in ((said, ""), part_language(chosen.name))
        and part_language(column.name)[0] == said and _depth(column) == _depth(chosen)
    ]  # fmt: skip
    if others and chosen.filled < 1:
        guessed.lines[key] = " ?? ".join(column.name for column in [chosen, *others])
    for column in others:
        guessed.keep_as(column, f"{key}_{part_language(column.name)[1]}")


def _take_labelled(columns: dict[str, Column], guessed: Guess) -> None:
    """Columns X and XLabel, as query services give them."""
    for column in columns.values():
        label = columns.get(f"{column.name}Label")
        if label is None or column.name in guessed.roles:
            continue
        name = column.name
        guessed.roles[column.name] = guessed.roles[label.name] = f"relation {name}"
        bare = re.sub(r"^(is|has|belongsTo|in)(?=[A-Z])", "", name)
        to = "Artist" if PEOPLE.search(plain(name)) else camel(bare)
        lines: Lines = {"to": to, "id": column.name, "name": label.name}
        guessed.relations.append(leave_nobody(DraftedRelation(name, lines), label))


def _take_single(column: Column, columns: dict[str, Column], rows: int, guessed: Guess) -> None:
    """One column alone: a relation, a property, or nothing."""
    filled = max(1.0, column.filled * rows)
    said = plain(column.name)
    person = guessed.lines["label"] == "Person"
    if NAME_PARTS.search(said) or TECHNICAL.search(said) or column.different < 2:
        return
    if "*." in column.name and any(column.name.rpartition(".")[0] in taken for taken in guessed.roles):
        return  # a neighbour of what names a relation's end
    if twin := next((one for one in columns.values() if one.name in guessed.roles and is_same(column, one)), None):
        guessed.roles[column.name] = f"left out, as {twin.name}"
        return
    short = column.length <= LONGEST and not WORDS.search(said)
    makers = bool(PEOPLE.search(said)) and not person
    shared = column.different <= (ALMOST_ALL if makers else MOST_SHARED) * filled
    if not shared and not makers:
        parts = _divide(column, _find_phrases(column)) if MATERIALS.search(said) else None
        shared = column.separator in ("|", "list") and column.shared <= MOST_SHARED
        shared = shared or (parts is not None and len(set(parts)) <= SHARED_PARTS * len(parts))
    enough = filled >= max(FEW_FILLED, RARE * rows) or rows < MANY_ROWS
    told = short and shared and enough and column.share <= ALMOST_ALL and (makers or not IDS.search(said))
    if column.looks in ("name", "html") and told:
        _relate(column, columns, makers, guessed)
        return
    year = column.looks == "number" and person and bool(DATES.search(said))
    if "*" not in column.name and (year or column.looks in ("name", "text", "html", "date")):
        guessed.keep_as(column)


def _relate(column: Column, columns: dict[str, Column], makers: bool, guessed: Guess) -> None:
    """A relation to what a column names."""
    said = plain(column.name)
    name, to = f"has{camel(column.name)}", camel(column.name)
    if makers and not guessed.has("createdBy"):
        name, to = "createdBy", "Artist"
    elif BIRTHPLACES.search(said) or DEATHPLACES.search(said):
        name, to = ("bornIn" if BIRTHPLACES.search(said) else "diedIn"), "Place"
    if makers and name != "createdBy":
        guessed.keep_as(column)
        return
    if guessed.has(name) and "." in column.name:
        to = "".join(camel(part) for part in column.name.split(".") if part != "*")
        name = f"has{to}"
    if guessed.has(name):
        guessed.roles[column.name] = f"left out, there is a {name}"
        return
    lines: Lines = {"to": to, "name": column.name}
    remarks = []
    if key := _find_key(column, columns, guessed):
        lines = {"to": to, "id": key.name, "name": column.name}
        guessed.roles[key.name] = f"part of {name}"
    elif to == "Place":
        name_place(lines, column)
    elif MATERIALS.search(said) and column.separator != "|":
        lines["split"] = _find_phrases(column)
    elif column.separator in ("|", ";") or (column.separator == "," and not (makers and _is_turned(column))):
        lines["split"] = column.separator
    if _differ_in_case(column, lines):
        lines["ignore_case"] = True
    guessed.roles[column.name] = f"relation {name}"
    if column.share > HUB:
        remarks.append(
            f"{column.share:.0%} have one value, {column.largest!r}: a model that always says so is right as often"
        )
    if column.filled > COMPLETE and not column.separator:
        remarks.append("every row has a value: there is nothing to predict, but it helps to predict others")
    guessed.relations.append(leave_nobody(DraftedRelation(name, lines, remarks), column))


def _find_key(column: Column, columns: dict[str, Column], guessed: Guess) -> Column | None:
    """The column with the ids of what another names, as artist_ids beside artist_titles."""
    stem = camel(column.name)
    for other in columns.values():
        if other.name in guessed.roles or other is column or other.separator != column.separator:
            continue
        if plain(other.name) in (f"{plain(stem)} id", f"{plain(stem)} ids"):
            return other
    return None


def _differ_in_case(column: Column, lines: Lines) -> bool:
    """Whether one name is written in large and small letters, where names are what tells the ends apart."""
    if "id" in lines:
        return False
    split = lines.get("split")
    signs = [split] if isinstance(split, str) else split if isinstance(split, list) else []
    parts = set(_divide(column, signs))
    return len({part.casefold() for part in parts}) < len(parts)


def _divide(column: Column, signs: list[str]) -> list[str]:
    """The parts of different values between separators."""
    between = "|".join(re.escape(sign) if len(sign) == 1 else sign for sign in signs)
    return [part.strip() for value in column.sample for part in (re.split(between, value) if between else [value])]


def _find_phrases(column: Column) -> list[str]:
    """What may stand between the materials in a cell, in the languages that the column speaks."""
    spoken = [
        words for words in PHRASES
        if sum(bool(re.search("|".join(words), value)) for value in column.sample) > SPOKEN * len(column.sample)
    ]  # fmt: skip
    return [",", ";", *(word for words in spoken for word in words)]


def _is_turned(column: Column) -> bool:
    """Whether a comma stands inside names, as in "Monet, Claude": what is before it is mostly one word."""
    before = [value.partition(",")[0].split() for value in column.sample if "," in value]
    return sum(len(words) < 2 for words in before) > len(before) / 2
