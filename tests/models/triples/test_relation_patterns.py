"""What the data says of relations, and what it rules out."""

import pytest
import torch

from base.errors import InputError
from models.triples import relation_patterns
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.relation_patterns import Patterns, findings

PEOPLE = [f"p{i:02}" for i in range(30)]


@pytest.fixture
def graph(hetero) -> KnowledgeGraph:
    """Friends both ways, but for two of 22; teaching is recorded as learning too; each was born in one place."""
    pairs = [(PEOPLE[i], PEOPLE[(i + 1) % 30]) for i in range(10)]
    facts = [(a, "isFriendOf", b, "train") for a, b in pairs] + [(b, "isFriendOf", a, "test") for a, b in pairs]
    facts += [("p00", "isFriendOf", "p20", "train"), ("p00", "isFriendOf", "p21", "train")]
    taught = [(PEOPLE[i], PEOPLE[(7 * i + 3) % 30]) for i in range(25)]
    facts += [(a, "isTeacherOf", b, "train") for a, b in taught] + [(b, "isPupilOf", a, "val") for a, b in taught[:21]]
    facts += [(name, "wasBornIn", "paris", "train") for name in PEOPLE]
    facts += [(name, "livedIn", "paris", "train") for name in PEOPLE] + [("p00", "livedIn", "rome", "test")]
    entities = dict.fromkeys(PEOPLE, "Person") | {"paris": "Place", "rome": "Place"}
    return KnowledgeGraph.from_hetero(hetero(entities, facts))


def test_patterns_are_found_in_the_facts_of_all_splits(graph):
    found = Patterns.found(graph)
    assert found.functional == ("isPupilOf", "isTeacherOf", "wasBornIn")  # one in thirty lived in two places
    assert found.symmetric == ("isFriendOf",)  # 20 of 22
    assert found.inverse == (("isPupilOf", "isTeacherOf"),)  # 21 of 25
    shown = {(f.pattern, f.relation): (f.kept, f.of) for f in findings(graph)}
    assert shown["functional", "livedIn"] == (29, 30)
    assert shown["symmetric", "isFriendOf"] == (20, 22)
    assert shown["inverse", "isPupilOf"] == (21, 25)


def test_large_relations_are_looked_at_by_a_sample_first(hetero, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [f"p{i}" for i in range(60)]
    pairs = [(a, b) for a in people for b in people if a < b]
    facts = [(a, "knows", b, "train") for a, b in pairs] + [(b, "isKnownBy", a, "train") for a, b in pairs[:1500]]
    facts += [(a, "livesNear", b, "train") for a, b in pairs]  # the same way round: no inverse
    graph = KnowledgeGraph.from_hetero(hetero(dict.fromkeys(people, "Person"), facts))
    whole = findings(graph)
    monkeypatch.setattr(relation_patterns, "SAMPLED", 100)
    assert findings(graph) == whole
    assert {(f.relation, f.other) for f in whole if f.pattern == "inverse"} == {
        ("isKnownBy", "knows"),
        ("isKnownBy", "livesNear"),
    }


def test_too_little_data_shows_nothing(graph):
    assert Patterns.found(graph, support=31) == Patterns()


def test_facts_imply_others_the_other_way_round(graph):
    names, place = graph.relations, graph.entities.index
    patterns = Patterns(symmetric=("isFriendOf",), inverse=(("isPupilOf", "isTeacherOf"),))
    facts = [("p01", "isFriendOf", "p09"), ("p02", "isTeacherOf", "p03"), ("p04", "wasBornIn", "paris")]
    rows = torch.tensor([[place(h), names.index(r), place(t)] for h, r, t in facts])
    implied = {(graph.entities[h], names[r], graph.entities[t]) for h, r, t in patterns.implied(rows, names).tolist()}
    assert implied == {("p09", "isFriendOf", "p01"), ("p03", "isPupilOf", "p02")}


def test_a_file_overrides_what_is_found_key_by_key(graph, tmp_path):
    file = tmp_path / "patterns.toml"
    file.write_text('functional = ["livedIn"]\n')
    read = Patterns.of(graph, Patterns.declared(file))
    assert read.functional == ("livedIn",)
    assert read.symmetric == ("isFriendOf",)
    file.write_text(read.toml(findings(graph)))
    assert '"livedIn",  # 29 of 30 heads have one tail' in file.read_text()
    assert Patterns.of(graph, Patterns.declared(file)) == read


def test_what_was_told_of_relations_that_are_gone_is_left_out(graph):
    told = Patterns(functional=("bornIn", "livedIn"), inverse=(("isPupilOf", "taught"),), complete=("bornIn",))
    assert Patterns.of(graph, told) == Patterns(functional=("livedIn",), symmetric=("isFriendOf",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("functionnal = []", "functionnal"),
        ("functional = [", "patterns.toml"),
        ('inverse = [["isPupilOf"]]', "inverse"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, text, message):
    file = tmp_path / "patterns.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        Patterns.declared(file)
