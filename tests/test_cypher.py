"""The statements: each file says what it does, takes what it declares, is used, and is understood by the server."""

import ast
import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cypher
from graph.connection import Database

ROOT = Path(__file__).parent.parent
NAMES = cypher.names()


def mentioned() -> Iterator[str]:
    """Every text in graph/ and benchmarks/; the variable parts of formatted ones are stars."""
    for file in [*(ROOT / "graph").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_says_what_it_does(name: str) -> None:
    statement = cypher.load(name)
    assert re.fullmatch(r"[A-Z].*[.:;)]", statement.summary), statement.summary
    assert all(parameter.help for parameter in statement.parameters)


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_is_named_purpose_and_what_it_is(name: str) -> None:
    assert re.fullmatch(r"[a-z]+/[a-z]+(_[a-z]+)*", name)
    assert name.startswith("query/") or "_" in name


@pytest.mark.parametrize("name", NAMES)
def test_decisions_about_a_link_are_sought_by_its_index(name: str) -> None:
    """It has both key and number; without a number Neo4j reads all decisions, once for each link."""
    bare = re.sub(r"//[^\n]*", "", cypher.load(name).text)
    for sought in re.finditer(r"MATCH \((\w+):Decision[^)]*\{key: [^}]*\}\)([^}]*)", bare):
        assert re.search(rf"\b{sought[1]}\.number (>|IS NOT NULL)", sought[2]), sought[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_that_returns_rows_names_its_columns(name: str) -> None:
    statement = cypher.load(name)
    bare = re.sub(r"//[^\n]*", "", statement.text)
    assert bool(statement.returns) == bool(re.search(r"\bRETURN\b(?![^{]*\})", bare) or bare.startswith("SHOW"))


def test_every_statement_is_used() -> None:
    texts = {text for text in mentioned() if re.match(r"[a-z]+/[\w*]*$", text)}
    unused = [name for name in NAMES if not any(fnmatch.fnmatchcase(name, text) for text in texts)]
    # Those of query/ are reached by name, through the query command.
    assert [name for name in unused if not name.startswith("query/")] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_server_understands_the_statement(name: str, connection: Database) -> None:
    statement = cypher.load(name)
    values = {parameter.name: parameter.default for parameter in statement.parameters}
    database = "system" if name == "server/set_password" else connection.name
    with connection.driver.session(database=database) as session:
        session.run(f"EXPLAIN {statement.text}", values).consume()


# These look for what others keep under our names, count everything, or find the mark in another way.
FREE = {
    "adopt/count_look_alikes", "adopt/find_taken_ids", "backup/count_all", "ingest/find_foreign_ids",
    "reset/delete_records", "review/measure_narrow",
}  # fmt: skip
LABELS_READ = {
    "adopt/count_relationships", "adopt/list_labels", "adopt/list_others", "adopt/list_properties", "adopt/read_nodes",
    "ingest/count_unasserted", "ingest/delete_unasserted", "ingest/foretell_entities", "ingest/read_entities",
    "ingest/refine_labels", "reset/count_contents", "reset/delete_entities",
}  # fmt: skip
OURS = [name for name in NAMES if name not in FREE and name.partition("/")[0] not in ("migrations", "schema")]
OUR_NODE = re.compile(r"\(\w*:(?:Entity|Model|PredictionRun|Decision|Doubt|Encoder|Schema)\b(?!:Vlkge)[^()]*\)")
OUR_LINK = re.compile(r"\[\w*:(?:PREDICTED|OF)\b(?! \{vlkge: true)[^\]]*\]")


@pytest.mark.parametrize("name", OURS)
def test_a_statement_tells_what_is_ours_by_our_mark(name: str) -> None:
    lines = cypher.load(name).text.splitlines()
    patterns = [line for line in lines if not re.search(r"^\s*//|USING INDEX|CREATE VECTOR INDEX", line)]
    # The end of a relationship that has our mark is ours.
    loose = [line for line in patterns if OUR_NODE.search(line) and "{vlkge: true" not in line]
    assert loose + [line for line in patterns if OUR_LINK.search(line)] == []


@pytest.mark.parametrize("name", OURS)
def test_the_kind_of_an_entity_is_its_primary_label(name: str) -> None:
    assert name in LABELS_READ or not re.search(r"(?<!db\.)\blabels\(", cypher.load(name).text)


GOOD = """\
// Finds entities
// by their name.
// $name (string): a name, or a part of it: "Monet"
// $limit (integer from 1) = 20: at most so many
// $order (string: name, id) = "name": what comes first
// Returns: id, name
MATCH (n:Entity) WHERE n.name CONTAINS $name
RETURN n.id AS id, n.name AS name ORDER BY n[$order] LIMIT $limit;
"""


def test_a_header_is_read() -> None:
    statement = cypher.parse("query/find", GOOD)
    assert statement.summary == "Finds entities by their name."
    assert [(p.name, p.type, p.default, p.required) for p in statement.parameters] == [
        ("name", "string", None, True),
        ("limit", "integer", 20, False),
        ("order", "string", "name", False),
    ]
    assert [(p.least, p.allowed) for p in statement.parameters] == [(None, ()), (1, ()), (None, ("name", "id"))]
    assert statement.parameters[0].help == 'a name, or a part of it: "Monet"'
    assert statement.returns == ("id", "name")
    assert statement.text.startswith("MATCH")
    assert not statement.text.endswith(";")


def test_defaults_are_filled_in() -> None:
    statement = cypher.parse("query/find", GOOD)
    assert statement.bind(name="Monet") == {"name": "Monet", "limit": 20, "order": "name"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, r"query/find needs the parameter name \(string\): a name"),
        ({"name": "x", "nmae": "x"}, "query/find has no parameter nmae; it takes: name, limit, order"),
        ({"name": 3}, "query/find: name is 3, it must be of type string"),
        ({"name": "x", "limit": "3"}, "query/find: limit is '3', it must be of type integer"),
        ({"name": "x", "limit": True}, "query/find: limit is True, it must be of type integer"),
        ({"name": "x", "limit": 0}, "query/find: limit is 0, it must be 1 or more"),
        ({"name": "x", "order": "age"}, "query/find: order is 'age', it must be one of name, id"),
    ],
)
def test_wrong_parameters_are_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(cypher.StatementError, match=message):
        cypher.parse("query/find", GOOD).bind(**values)


@pytest.mark.parametrize(
    "text",
    [
        "RETURN '$price; // no comment' AS text",
        'RETURN "a \\" $quote; b" AS text',
        "MATCH (`a;$b`) RETURN 1 AS one",
        "RETURN 1 AS one // the $sum; of all",
        "/* $first; */ RETURN 1 AS one",
    ],
)
def test_what_stands_in_quotes_or_comments_is_neither_parameter_nor_end(text: str) -> None:
    assert cypher.parse("query/odd", f"// Odd text.\n{text}").parameters == ()


def test_a_dynamic_label_is_no_parameter_but_what_is_in_it_may_be() -> None:
    assert (
        cypher.parse("a/b", "// Of a row.\nWITH {label: 'X'} AS row MATCH (n:$(row.label)) RETURN n").parameters == ()
    )
    source = "// Of a parameter.\n// $label (string): the label\nMATCH (n:$($label)) RETURN n"
    assert [p.name for p in cypher.parse("a/b", source).parameters] == ["label"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "a/b: the header does not say what the statement does"),
        ("RETURN 1", "a/b: the header does not say what the statement does"),
        ("// $x (integer): a number\nRETURN $x", "a/b: the header does not say what the statement does"),
        ("// Nothing.\n", "a/b: a file holds exactly one statement"),
        ("// Two.\nRETURN 1;\nRETURN 2", "a/b: a file holds exactly one statement"),
        ("// Undeclared.\nRETURN $x", r"used but not declared: \['x'\]"),
        ("// Unused.\n// $x (integer): a number\nRETURN 1", r"declared but not used: \['x'\]"),
        ("// Twice.\n// $x (integer): one\n// $x (string): two\nRETURN $x", "a/b: x is declared twice"),
        ("// Odd.\n// $x (number): a number\nRETURN $x", r"'\$x \(number\): a number' is not of the form"),
        ("// Odd.\n// $x: a number\nRETURN $x", r"'\$x: a number' is not of the form"),
        ("// Odd.\n// $x (integer)\nRETURN $x", r"'\$x \(integer\)' is not of the form"),
        ("// Odd.\n// $x (integer) = ten: a number\nRETURN $x", "a/b: the default of x, ten, is not JSON"),
        (
            '// Odd.\n// $x (integer) = "10": a number\nRETURN $x',
            "a/b: the default of x is '10', it must be of type integer",
        ),
        (
            "// Odd.\n// $x (integer from 1) = 0: a number\nRETURN $x",
            "a/b: the default of x is 0, it must be 1 or more",
        ),
        (
            "// Odd.\n// $x (string from 1): a word\nRETURN $x",
            "a/b: x is of type string; only a number can have a least",
        ),
        ("// Odd.\n// $x (integer: 1, 2): a number\nRETURN $x", "only a string can have a list of its values"),
    ],
)
def test_a_file_that_breaks_the_rules_is_refused(source: str, message: str) -> None:
    with pytest.raises(cypher.StatementError, match=message):
        cypher.parse("a/b", source)


@pytest.mark.parametrize("name", ["query/no_such_thing", "no_such_purpose/x", "", "../tests/x"])
def test_a_statement_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(cypher.StatementError, match="there is no statement"):
        cypher.load(name)
