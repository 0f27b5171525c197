"""The named questions of `cypher/query/`, asked with parameters as a person types them."""

import difflib
import json

import neo4j.time
import pandas as pd

import cypher
from base.errors import InputError, shorten
from graph.connection import Database, Row

PURPOSE = "query"
# A parameter of one of these names is the id of an entity.
IDS = ("entity", "first", "second")


def list_queries() -> list[cypher.Statement]:
    """All named queries, each with its summary, parameters and columns."""
    return [cypher.load(name) for name in cypher.names(PURPOSE)]


def find_query(name: str) -> cypher.Statement:
    """One named query, by its name without folder. Raises InputError with the nearest names."""
    known = [statement.removeprefix(f"{PURPOSE}/") for statement in cypher.names(PURPOSE)]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        raise InputError(
            f"there is no query {name!r}; {'did you mean' if near else 'there are'}: {', '.join(near or known)}"
        )
    return cypher.load(f"{PURPOSE}/{name}")


def run(database: Database, name: str, **parameters: object) -> pd.DataFrame:
    """Ask one named query; one row per answer, with the columns that its header declares.

    Parameters may be given as text, which is read as the type that the header declares: integers and floats as
    numbers, booleans as true or false, lists as JSON or with commas, maps as JSON.

    Raises InputError for an unknown query, parameter, entity or relation, for a value that the header does not allow,
    and where nothing was found for a label that no entity has.
    """
    query = find_query(name)
    types = {parameter.name: parameter.type for parameter in query.parameters}
    given = {key: _typed(name, key, types.get(key, "string"), value) for key, value in parameters.items()}
    try:
        query.bind(**given)
    except cypher.StatementError as error:
        raise InputError(str(error).removeprefix(f"{PURPOSE}/")) from error
    _refuse_unknown_entities(database, [str(given[key]) for key in IDS if key in given])
    if "relation" in given:
        refuse_unknown_relation(database, str(given["relation"]))
    rows = database.read(query.name, **given)
    if not rows and "label" in given:
        _refuse_unknown_label(database, str(given["label"]))
    return pd.DataFrame([_plain(row) for row in rows], columns=list(query.returns)).convert_dtypes()


def _typed(query: str, name: str, kind: str, value: object) -> object:
    if not isinstance(value, str) or kind == "string":
        return value
    try:
        if kind == "integer":
            return int(value)
        if kind == "float":
            return float(value)
        if kind == "boolean":
            return {"true": True, "false": False}[value.strip().lower()]
        if kind == "list" and not value.lstrip().startswith("["):
            return [part.strip() for part in value.split(",")]
        return json.loads(value)
    except (ValueError, KeyError) as error:
        raise InputError(f"{query}: {name} is {value!r}, it must be of type {kind}") from error


def _refuse_unknown_entities(database: Database, ids: list[str]) -> None:
    if ids and (unknown := [row["id"] for row in database.read("predict/find_unknown_ids", ids=ids)]):
        raise InputError(f"there is no entity {shorten(unknown)}; find its id with the query find_entity")


def knows_relation(database: Database, relation: str) -> bool:
    """Whether facts or predicted links have the relation."""
    return bool(database.read("decisions/list_known_relations", relations=[relation]))


def refuse_unknown_relation(database: Database, relation: str) -> None:
    """Raise InputError, with the nearest names, for a relation that neither facts nor predicted links have."""
    if knows_relation(database, relation):
        return
    types = [row["type"] for row in database.read("schema/list_relationship_types")]
    near = difflib.get_close_matches(relation, types)
    # Others have types too.
    near = [row["relation"] for row in database.read("decisions/list_known_relations", relations=near)]
    hint = f"did you mean: {', '.join(near)}" if near else "the query count_facts lists those that are there"
    raise InputError(f"there is no relation {relation!r}; {hint}")


def _refuse_unknown_label(database: Database, label: str) -> None:
    known = {row["kind"] for row in database.read("export/count_kinds")}
    if label not in known:
        raise InputError(f"no entity has the label {label!r}; there are: {', '.join(sorted(known)) or 'none'}")


def _plain(row: Row) -> Row:
    """The row with Python's own times."""
    return {k: v.to_native() if isinstance(v, neo4j.time.DateTime) else v for k, v in row.items()}
