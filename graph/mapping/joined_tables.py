"""How drafted tables lead to each other: tables of links, and relations to the people of another table."""

from graph.mapping.profile import Profile
from graph.mapping.roles import DraftedRelation, Guess, Lines

SHARED_IDS = 0.2  # of a relation's ids: more stand in a table, and are that table's


def join_tables(tables: list[tuple[Profile, Guess]]) -> None:
    """Make tables of links of those that have the ids of two others: what a row says is who, of what, in which role.
    Relations that have the ids of a table of people lead to these."""
    _join_people(tables)
    keys = {
        str(guessed.lines["id"]): str(guessed.lines["label"])
        for seen, guessed in tables
        if any(column.name == guessed.lines["id"] and column.unique for column in seen.columns)
    }
    for seen, guessed in tables:
        columns = {column.name: column for column in seen.columns}
        links = [name for name, label in keys.items() if name in columns and not columns[name].unique]
        heads = sorted(links, key=lambda name: keys[name] == "Person")
        if len(heads) < 2:
            continue
        head, tail = heads[:2]
        guessed.lines = {"label": keys[head], "id": head}
        guessed.keep, guessed.relations = {}, []
        guessed.roles = {head: "id", tail: "relation relatedTo"}
        guessed.remarks = ["each row is a link between two tables"]
        lines: Lines = {"to": keys[tail], "id": tail}
        remarks = []
        role = next((c for c in seen.columns if c.looks == "name" and 1 < c.different <= 80 and c.largest), None)
        if role is not None:
            guessed.roles[role.name] = "role"
            lines |= {"role": role.name, "roles": {role.largest: "relatedTo"}}
            remarks = [
                f"roles: name the relation that each value of {role.name} means; others are left out and counted"
            ]
        guessed.relations.append(DraftedRelation("relatedTo", lines, remarks))


def _join_people(tables: list[tuple[Profile, Guess]]) -> None:
    """Let relations to artists lead to the people of another table where they have its ids."""
    people = {
        column.name: column.sample
        for seen, guessed in tables
        if guessed.lines.get("label") == "Person"
        for column in seen.columns
        if column.name == guessed.lines["id"]
    }
    for seen, guessed in tables:
        samples = {column.name: column.sample for column in seen.columns}
        for relation in guessed.relations:
            own = samples.get(str(relation.lines.get("id")), frozenset())
            if relation.lines["to"] == "Artist" and any(
                len(own & ids) > SHARED_IDS * len(own) for ids in people.values()
            ):
                relation.lines["to"] = "Person"
                relation.remarks.append("its ids are those of a table of people")
