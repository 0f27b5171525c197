"""The prefix of our names: put before all that are ours in every statement, and before nothing else."""

import re

import pytest

import cypher
from base.errors import InputError
from cypher import prefix
from graph import reserved
from graph.schema import STATEMENTS, VECTOR_INDEXES


def test_a_statement_has_the_prefix_before_each_of_our_names() -> None:
    text = """MATCH (h:Entity:Vlkge {id: $id, colour: 'id'})-[r:$($relation) {vlkge: true}]->(t),
  (a)-[p:PREDICTED {key: 1}]->(b)
USING INDEX SEEK h:Entity(primary_label, id) // Entity
WHERE r.split = row.split AND type(r) <> 'PREDICTED' AND h.year > 7 AND h.colour = 'visual'
CALL db.index.fulltext.queryNodes('entity_words', 'name:(x)') YIELD node
RETURN h.id AS id, t {.*, label: coalesce(t.primary_label, 'Entity'), visual: null} AS tail,
  t {.id, .key},
  collect({id: t.id, name: coalesce(t.name, '')}) AS all"""
    expected = """MATCH (h:vk_Entity:vk_Vlkge {vk_id: $id, colour: 'id'})-[r:$($relation) {vk_vlkge: true}]->(t),
  (a)-[p:vk_PREDICTED {key: 1}]->(b)
USING INDEX SEEK h:vk_Entity(vk_primary_label, vk_id) // Entity
WHERE r.vk_split = row.split AND type(r) <> 'vk_PREDICTED' AND h.year > 7 AND h.colour = 'visual'
CALL db.index.fulltext.queryNodes('vk_entity_words', 'vk_name:(x)') YIELD node
RETURN h.vk_id AS id, t {.*, label: coalesce(t.vk_primary_label, 'Entity'), vk_visual: null} AS tail,
  t {id: t.vk_id, .key},
  collect({id: t.vk_id, name: coalesce(t.vk_name, '')}) AS all"""
    assert prefix.substitute(text, "vk_").splitlines() == expected.splitlines()
    assert prefix.substitute(text, "") == text


@pytest.mark.parametrize("name", cypher.names())
def test_no_statement_keeps_a_name_without_the_prefix(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(prefix.VARIABLE, "vk_")
    text = cypher.load(name).text
    bare = re.sub(r"'[^']*'|//[^\n]*", "''", text)
    assert re.findall(rf"(?<=[:|])(?:{'|'.join([*prefix.LABELS, *prefix.TYPES])})\b", bare) == []
    accesses = re.findall(rf"(?<![\w$.])(\w+)\.(?:{'|'.join(sorted(prefix.PROPERTIES))})\b", bare)
    assert set(accesses) <= {"row", "properties"}
    patterns = re.findall(r"\((?:\w*:[\w:]+|\w+) \{([^{}]*)\}|\[\w*(?::[\w$().]+)? ?\{([^{}]*)\}", bare)
    keys = {key for pair in patterns for body in pair for key in re.findall(r"(?:^|, )(\w+):", body)}
    assert keys & prefix.PROPERTIES == set()


def test_every_index_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(prefix.VARIABLE, "vk_")
    for statement in (*STATEMENTS, *VECTOR_INDEXES):
        text = cypher.load(statement).text
        assert re.search(r"(?:INDEX|CONSTRAINT) vk_\w+ IF NOT EXISTS\s+FOR \(\)?-?[\[(]?\w*:vk_", text), text


@pytest.mark.parametrize("given", ["1", "a b", "x" * 21, "a`b", "_"])
def test_what_cannot_begin_a_name_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(prefix.VARIABLE, given)
    with pytest.raises(InputError, match=f"VLKGE_PREFIX is .{re.escape(given)}.; it must be at most 20 letters"):
        cypher.load("query/find_entity")


def test_rows_and_names_come_and_go_by_what_they_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(prefix.VARIABLE, "vk_")
    assert prefix.own_names(["Entity", "id", "year", "PREDICTED"]) == ["vk_Entity", "vk_id", "year", "vk_PREDICTED"]
    rows = [{"id": 1, "properties": {"name": "a", "year": 2}}, {"id": 2}]
    assert prefix.own_properties(rows) == [{"id": 1, "properties": {"vk_name": "a", "year": 2}}, {"id": 2}]
    assert [prefix.program_name(name) for name in ("vk_name", "name", "year")] == ["name", None, "year"]
    monkeypatch.delenv(prefix.VARIABLE)
    assert [prefix.program_name(name) for name in ("name", "year")] == ["name", "year"]


def test_the_lists_are_one() -> None:
    assert set(reserved.LABELS) == {*prefix.LABELS, *reserved.ATTRIBUTES}
    assert reserved.MARK in prefix.LABELS
    assert reserved.MARK_PROPERTY in prefix.PROPERTIES
