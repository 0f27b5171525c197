"""What a dry run warns of."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from graph.loading.files import Source
from graph.loading.survey import Survey, survey


def look(entities: list[tuple[str, str, str | None]], facts: list[tuple[str, str, str]]) -> Survey:
    columns = ["id", "label", "name"]
    return survey(
        Source(
            "museum", Path(), pd.DataFrame(entities, columns=columns, dtype="str"),
            pd.DataFrame(facts, columns=["head", "relation", "tail"], dtype="str"),
        )
    )  # fmt: skip


WORKS = [(f"w{n}", "Artwork", f"A portrait of Person {n}") for n in range(40)]


@pytest.mark.parametrize(
    ("tails", "names", "told"),
    [
        (["t0"] * 30 + ["t1"] * 10, {}, "r: 75% of the facts lead to 'Name 0'"),
        (["t0", "t1"] * 20, {}, "r: 100% of Artwork have one: nothing to predict"),
        ([f"t{n}" for n in range(40)], {}, "r: 100% of its 40 values stand in one fact alone"),
        (["t0", "t1"] * 15, {"t1": None}, "r: 50% of the facts lead to what has no name, 't1'"),
        (
            ["t0", "t1", "t2"] * 10,
            {"t1": "Unknown American"},
            "r: 10 facts lead to what names nobody, 'Unknown American'",
        ),
        (
            [f"t{n}" for n in range(40)],
            {f"t{n}": f"Person {n}" for n in range(40)},
            "r: in 100% of the facts the name or text",
        ),
        (
            ["t0", "t1", "t2"] * 10,
            {"t1": "Müller, Ann", "t2": "Ann MULLER"},
            "one name in two spellings stays two entities",
        ),
        (
            ["t0", "t1", "t2"] * 10,
            {"t1": "Figure", "t2": "Figure"},
            "one name with two ids stays two entities: 'Figure (t1, t2)'",
        ),
    ],
)
def test_what_a_person_should_look_at_is_told(tails: list[str], names: dict[str, str | None], told: str) -> None:
    people = [(t, "Person", names.get(t, f"Name {t[1:]}")) for t in sorted(set(tails))]
    found = look([*WORKS, *people], [(f"w{n}", "r", t) for n, t in enumerate(tails)])
    assert any(warning.startswith(told) for warning in found.warnings), found.warnings


def test_a_relation_with_few_second_values_proposes_them_to_all() -> None:
    people = [(f"t{n}", "Person", f"Name {n}") for n in range(3)]
    facts = [(f"w{n}", relation, f"t{n % 3}") for n in range(40) for relation in ("r", "s")]
    assert not any("several values" in warning for warning in look([*WORKS, *people], facts).warnings)
    found = look([*WORKS, *people], [*facts, ("w0", "r", "t1"), ("w1", "r", "t2")]).warnings
    (told,) = [warning for warning in found if "several values" in warning]
    assert told.startswith("a few heads have several values, so second ones are proposed to all: r (5%); ")
    assert tomllib.loads(told.splitlines()[1]) == {"functional": ["s", "r"]}


def test_a_relation_is_measured() -> None:
    facts = [("w0", "r", "t0"), ("w1", "r", "t0"), ("w1", "r", "t1")]
    row = look([*WORKS, ("t0", "Person", "Ann"), ("t1", "Person", "Bob")], facts).relations[0]
    assert (row.labels, row.facts, row.heads, row.values, row.once) == ("Artwork → Person", 3, 2, 2, 1)
    assert (row.complete, row.largest, row.share) == (2 / 40, "Ann", 2 / 3)


def test_likely_doubles_are_listed_and_numbers_tell_apart() -> None:
    names = ["Rembrandt van Rijn", "Rembrandt van Rhijn", "1880s portfolio", "1890s portfolio", "Vermeer"]
    people = [(f"t{n}", "Person", name) for n, name in enumerate(names)]
    found = look([*WORKS, *people], [(f"w{n}", "r", f"t{n}") for n in range(5)])
    assert [(double.one_name, double.other_name, double.why) for double in found.doubles] == [
        ("Rembrandt van Rhijn", "Rembrandt van Rijn", "similar")
    ]
