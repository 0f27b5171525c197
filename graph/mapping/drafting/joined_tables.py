"""How drafted tables lead to each other: tables of links, tables that tell more of another's rows, and references."""

import re
from dataclasses import dataclass

from graph.mapping.drafting.column_words import KINDS, PEOPLE, ROLES, camel, plain, singular
from graph.mapping.drafting.guess import DraftedRelation, Guess, Lines, divide_by_role
from graph.mapping.drafting.profile import SAMPLE, Column, Profile

NUMBERS = ("id", "irn", "key", "no", "number", "record id")  # names of ids that do not tell of what
PLACES = re.compile(r"(?i)\bplace|location|geograph|origin|find ?spot")
SHARED_IDS = 0.2  # of a column's ids: more stand in a table, and are that table's
SURELY_SHARED = 0.5
MOST_KINDS = 80  # roles, or kinds of terms


@dataclass
class JoinedTable:
    """stem: its file's or sheet's name without ending. seen: its columns. guessed: what they may be."""

    stem: str
    seen: Profile
    guessed: Guess

    @property
    def columns(self) -> dict[str, Column]:
        """Its columns that have a value, by name."""
        return {column.name: column for column in self.seen.columns if column.different}

    @property
    def key(self) -> Column | None:
        """What tells its rows apart, where something does."""
        column = self.columns.get(str(self.guessed.lines["id"]))
        return column if column is not None and column.unique else None

    @property
    def label(self) -> str:
        """What its rows are."""
        return str(self.guessed.lines["label"])


def join_tables(tables: list[JoinedTable]) -> None:
    """Make tables of links of those that have the ids of two others, and tables of terms a part of what they are of;
    let columns with the ids, or with the names, of another table lead there."""
    found = {
        (at, other): column
        for at, table in enumerate(tables)
        for other, target in enumerate(tables)
        if at != other and (column := _find_reference(table, target)) is not None
    }
    referred = {other for _, other in found}
    for at, table in enumerate(tables):
        references = [(tables[other], column) for (here, other), column in found.items() if here == at]
        references.sort(key=lambda reference: reference[0].label == "Person")
        if len(references) > 1 and at not in referred and "name" not in table.guessed.lines:
            _make_links(table, *references[0], *references[1])
        elif references and at not in referred and "name" not in table.guessed.lines:
            _make_details(table, *references[0])
        elif one := next(((target, key) for target, key in references if _tells_of(table, target, key)), None):
            table.guessed.lines = {k: line for k, line in table.guessed.lines.items() if k not in ("name", "unless")}
            _make_details(table, *one)
        else:
            for target, column in references:
                _lead(table, column, target)
        numbered = {str(r.lines["to"]) for other in tables for r in other.guessed.relations if "id" in r.lines}
        people = [target for target in tables if target.label == "Person" and target is not table]
        _join_names(table, [target for target in people if target.label not in numbered])
    _agree_on_case(tables)
    _agree_on_identifiers(tables)


def _find_reference(table: JoinedTable, target: JoinedTable) -> Column | None:
    """The column of a table that holds the ids of another, and is called so."""
    key = target.key
    if key is None:
        return None
    called = {plain(singular(target.stem)), plain(target.stem), target.label.lower()}
    names = {plain(key.name)} if plain(key.name) not in NUMBERS else set()
    names |= {f"{word} {end}" for word in called for end in ("id", "ids", "no", "number", "ref")}
    for column in table.columns.values():
        said = plain(column.name)
        people = target.label == "Person" and PEOPLE.search(said) and (said.endswith("id") or ".id" in column.name)
        people = people or (
            target.label == "Person" and column.name.endswith("*.id") and bool(PEOPLE.search(column.name))
        )
        listed = column.name.rpartition(".*.")[0].rpartition(".")[2]
        inside = said == "coreid" and plain(key.name) == "id"  # of an extension in Darwin Core
        inside = inside or (bool(listed) and plain(listed) in called and said == plain(key.name))
        if (column.unique and column is table.key) or not (said in names or people or inside):
            continue
        values = _values(column)
        # Of long columns the samples need not meet; that they have one name says enough.
        if said == plain(key.name) and max(column.different, key.different) > SAMPLE:
            return column
        if len(values & key.sample) > SHARED_IDS * min(len(values), len(key.sample)):
            return column
    return None


def _values(column: Column) -> frozenset[str]:
    """The values of its cells, divided as its separator divides them."""
    if column.separator in ("", "list"):
        return column.sample
    return frozenset(part.strip() for value in column.sample for part in value.split(column.separator))


def _tells_of(table: JoinedTable, target: JoinedTable, key: Column) -> bool:
    """Whether a row is another name or a text of one of the target's people, who are named there."""
    return table.label == target.label == "Person" and "name" in target.guessed.lines and key is not table.key


def _make_links(table: JoinedTable, head: JoinedTable, key: Column, tail: JoinedTable, column: Column) -> None:
    """Each row is a link: who, of what, in which role."""
    guessed = table.guessed
    layout = {name: line for name, line in guessed.lines.items() if name in ("sheet", "records", "encoding")}
    guessed.lines = {**layout, "label": head.label, "id": key.name}
    guessed.keep, guessed.relations = {}, []
    guessed.roles = {key.name: "id", column.name: "relation relatedTo"}
    guessed.remarks = ["each row is a link between two tables"]
    lines: Lines = {"to": tail.label, "id": column.name}
    relation = DraftedRelation("relatedTo" if tail.label == "Person" else f"has{camel(tail.stem)}", lines)
    role = _find_role(table, {key.name, column.name})
    if role is not None:
        guessed.roles[role.name] = "role"
        divide_by_role(relation, role)
    elif tail.label == "Person":
        relation.name = "createdBy"
    guessed.roles[column.name] = f"relation {relation.name}"
    guessed.relations.append(relation)


def _find_role(table: JoinedTable, taken: set[str]) -> Column | None:
    """What says in which role: called so and the most told apart, or else any that few words fill."""
    fitting = [
        column for column in table.seen.columns
        if column.looks == "name" and 1 < column.different <= MOST_KINDS and column.largest and column.name not in taken
    ]  # fmt: skip
    called = [column for column in fitting if ROLES.search(plain(column.name))]
    return max(called, key=lambda column: column.different) if called else next(iter(fitting), None)


def _make_details(table: JoinedTable, target: JoinedTable, key: Column) -> None:
    """Rows that tell more of another table's rows, such as its terms; a column of kinds divides them."""
    guessed = table.guessed
    guessed.lines |= {"label": target.label, "id": key.name}
    guessed.lines.pop("same", None)
    guessed.keep = {}
    guessed.roles = {name: role for name, role in guessed.roles.items() if role.startswith("relation")}
    guessed.roles[key.name] = "id"
    picture = next((c.name for c in table.columns.values() if c.looks == "picture" and "*" not in c.name), key.name)
    if picture != key.name:
        guessed.lines.setdefault("image", picture)
        guessed.roles.setdefault(picture, "image")
    guessed.remarks = [f"its rows tell more of those of {target.stem}"]
    if target.label == "Person":
        guessed.relations = [relation for relation in guessed.relations if relation.name != "madeIn"]
    columns = table.columns
    kind = next(
        (
            column for relation in guessed.relations
            if (column := columns.get(str(relation.lines.get("name")))) is not None
            and KINDS.search(plain(column.name)) and column.different <= MOST_KINDS
        ),
        None,
    )  # fmt: skip
    rest = [relation for relation in guessed.relations if kind is None or relation.lines.get("name") != kind.name]
    if kind is not None and len(rest) == 1:
        roles = {value: f"has{camel(value)}" for value in kind.frequent if value}
        rest[0].lines |= {"role": kind.name, "roles": roles}
        if (
            sum(count for value, count in kind.frequent.items() if PLACES.search(value))
            > sum(kind.frequent.values()) / 2
        ):
            rest[0].lines["to"] = "Place"
        rest[0].remarks = [f"{kind.name} says what a row tells; each kind is a relation"]
        guessed.roles[kind.name] = "role"
        guessed.relations = rest
    for relation in guessed.relations:
        relation.remarks = [remark for remark in relation.remarks if not remark.startswith("every row")]


def _lead(table: JoinedTable, column: Column, target: JoinedTable) -> None:
    """Let a column with the ids of another table's rows lead to these."""
    guessed = table.guessed
    told = f"its ids are those of {target.stem}"
    for relation in guessed.relations:
        if relation.lines.get("name") == column.name and "id" not in relation.lines:
            relation.lines["to"] = target.label  # it makes the ids that the names have there
            return
        if relation.lines.get("id") == column.name:
            relation.lines["to"] = target.label
            relation.lines.pop("keep", None)
            if relation.lines.get("split") == ",":
                # Names have commas of their own, and the other table has them too.
                guessed.roles[str(relation.lines.pop("name", ""))] = f"left out, {column.name} says it"
                if target.label == "Person":
                    _leave_to(guessed, target)
            relation.remarks.append(told)
            return
    if guessed.lines["id"] == column.name:
        return
    name = "createdBy" if target.label == "Person" else f"has{camel(target.stem)}"
    lines: Lines = {"to": target.label, "id": column.name}
    if column.separator in ("|", ";", ","):
        lines["split"] = column.separator
    for relation in [relation for relation in guessed.relations if relation.name == name]:
        guessed.relations.remove(relation)
        guessed.roles[str(relation.lines.get("name"))] = f"left out, {column.name} says it"
    if target.label == "Person":
        _leave_to(guessed, target)
    guessed.roles[column.name] = f"relation {name}"
    guessed.relations.append(DraftedRelation(name, lines, [told]))


def _leave_to(guessed: Guess, target: JoinedTable) -> None:
    """Leave away columns that a table of people has too: its lives and nationalities are no facts about works."""
    theirs = {column.name for column in target.seen.columns}
    dated = {name for name, role in guessed.roles.items() if role == "relation madeIn"}
    for own in [own for own in guessed.relations if own.lines.get("name") in theirs]:
        guessed.relations.remove(own)
        guessed.roles[str(own.lines["name"])] = f"left out, {target.stem} says it"
    for key, name in [*guessed.keep.items()]:
        if name in theirs - dated:
            del guessed.keep[key]
            guessed.roles[name] = f"left out, {target.stem} says it"


def _join_names(table: JoinedTable, people: list[JoinedTable]) -> None:
    """Let makers known by their names alone lead to the people of another table that are known by these."""
    for relation in table.guessed.relations:
        column = table.columns.get(str(relation.lines.get("name")))
        if relation.lines.get("to") != "Artist" or "id" in relation.lines or column is None:
            continue
        for target in people:
            named = target.columns.get(str(target.guessed.lines.get("name")))
            own = column.sample
            if named and named.unique and len(own & named.sample) > SURELY_SHARED * len(own):
                if target.guessed.lines["id"] != named.name:
                    target.guessed.keep["number"] = str(target.guessed.lines["id"])
                    target.guessed.lines["id"] = named.name
                relation.lines["to"] = target.label
                relation.remarks.append(f"its names are those of {target.stem}")
                break


def _agree_on_case(tables: list[JoinedTable]) -> None:
    """Let relations to one kind of thing by its names read these alike."""
    every = [relation for table in tables for relation in table.guessed.relations]
    every += [inner for relation in every for inner in relation.nested]
    named = [relation for relation in every if "id" not in relation.lines and "name" in relation.lines]
    loose = {str(relation.lines["to"]) for relation in named if "ignore_case" in relation.lines}
    for relation in named:
        if relation.lines["to"] in loose:
            relation.lines["ignore_case"] = True


def _agree_on_identifiers(tables: list[JoinedTable]) -> None:
    """Let relations to what a table identifies too, as artists by ULAN, lead to the label that it has there."""
    labels = {
        authority: table.label
        for table in reversed(tables)
        if isinstance(same := table.guessed.lines.get("same"), dict)
        for authority in same
    }
    for relation in [relation for table in tables for relation in table.guessed.relations]:
        same = relation.lines.get("same")
        if isinstance(same, dict) and (known := next((labels[name] for name in same if name in labels), None)):
            relation.lines["to"] = known
