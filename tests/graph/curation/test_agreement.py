"""Agreement beyond chance, against figures computed by hand."""

import pytest

from graph.connection import Database
from graph.curation.agreement import cohen, krippendorff, measure_agreement
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.curation.opinions import Verdict


def test_kappa_is_what_it_is_by_hand() -> None:
    """Both accept 20, both reject 15, ana alone accepts 5, ben alone 10: .7 observed, .5 * .6 + .5 * .4 by chance."""
    pairs = [(True, True)] * 20 + [(False, False)] * 15 + [(True, False)] * 5 + [(False, True)] * 10
    assert cohen(pairs) == pytest.approx(0.4)
    assert cohen([(True, True)] * 20) is None, "who always accepts agrees by habit"
    assert cohen([]) is None


def test_alpha_is_what_it_is_by_hand() -> None:
    """Of 8 verdicts about four links 4 accept and 4 reject, and two links differ. Then a third person says something
    about one link more, and about one of their own, which counts for nothing."""
    two = [
        {"ana": True, "ben": True},
        {"ana": False, "ben": False},
        {"ana": True, "ben": False},
        {"ana": True, "ben": False},
    ]
    assert krippendorff(two) == pytest.approx(1 - 7 * 4 / (2 * 4 * 4))
    three = [*two[:2], {"ana": True, "ben": True, "cem": False}, {"cem": True}]
    # 4 accept, 3 reject; the third link has 2 * 2 * 1 differing pairs of 3 verdicts: 4 / 2.
    assert krippendorff(three) == pytest.approx(1 - 6 * 2 / (2 * 4 * 3))
    assert krippendorff([{"ana": True, "ben": True}]) is None


@pytest.fixture
def works(database: Database) -> Database:
    database.driver.execute_query(
        "UNWIND range(0, 11) AS n CREATE (h:Entity:Vlkge {id: 'w' + toString(n)}) "
        "WITH collect(h) AS works CREATE (t:Entity:Vlkge {id: 'cubism'}) "
        "WITH works, t UNWIND works AS h CREATE (h)-[:hasStyle {vlkge: true, sources: ['museum']}]->(t) "
        "CREATE (h)-[:depicts {vlkge: true, sources: ['museum']}]->(t)"
    )
    return database


def say(database: Database, by: str, verdicts: str, relation: str = "hasStyle") -> None:
    """Verdicts about w0, w1 …: a, r, or u for accepted and undone again."""
    for first in (True, False):
        choices = [
            Choice(
                id=f"{by}-{relation}-{n}-{first}",
                head=f"w{n}",
                relation=relation,
                tail="cubism",
                verdict=word_of(letter, first),
            )
            for n, letter in enumerate(verdicts)
            if first or letter == "u"
        ]
        decide(database, choices, by=by, force=True)


def word_of(letter: str, first: bool) -> Verdict:
    return "rejected" if letter == "r" else "accepted" if first else "undone"


def test_it_is_measured_per_relation_and_pair_with_the_number_of_links(works: Database) -> None:
    assert measure_agreement(works).pairs == []
    say(works, "ana", "aaaaarrrrra")
    say(works, "ben", "aaaaarrrrau")
    say(works, "ana", "aa", "depicts")
    say(works, "cem", "ar", "depicts")
    found = measure_agreement(works)
    assert [(r.relation, r.people, r.links, r.alike) for r in found.relations] == [
        (None, 3, 12, pytest.approx(10 / 12)), ("depicts", 2, 2, 0.5), ("hasStyle", 2, 10, 0.9),
    ]  # fmt: skip
    # 11 of 20 accept: 1 - 19 * 2 / (2 * 11 * 9).
    assert [r.alpha for r in found.relations[1:]] == [None, pytest.approx(1 - 19 / 99)], "none of too few"
    assert [(p.first, p.second, p.links, p.alike) for p in found.pairs] == [
        ("ana", "ben", 10, 0.9),
        ("ana", "cem", 2, 0.5),
    ]
    # .9 observed, .5 * .6 + .5 * .4 = .5 by chance.
    assert [p.kappa for p in found.pairs] == [pytest.approx(0.8), None]
