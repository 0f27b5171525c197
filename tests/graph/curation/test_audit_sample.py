"""The random sample: its weights, what it says of all links, and that a skip does not stop it."""

import uuid
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from graph.connection import Database, Row
from graph.curation.audit_sample import Sample, read_sample, sample_of, wilson
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.link_key import draw, link_key
from graph.predicted.predictions import publish
from graph.predicted.strata import band, count_bands, place
from tests.graph.curation.test_decisions import art  # noqa: F401

# Of 3,000 links of two relations nearly all are unlikely, as in most graphs.
LINKS = 3_000


def world(seed: int) -> tuple[list[Row], float]:
    """Links with their draws and weights, by a made truth of which the share is given too."""
    chance = np.random.default_rng(7)
    priority = chance.beta(0.3, 4.0, LINKS)
    right = chance.random(LINKS) < priority
    relation = np.where(chance.random(LINKS) < 0.8, "depicts", "hasStyle")
    sizes = {name: count_bands(priority[relation == name].tolist()) for name in ("depicts", "hasStyle")}
    rows = []
    for number in range(LINKS):
        name = str(relation[number])
        key = link_key(f"{seed}-{number}", name, "t")
        placed = place({"key": key, "properties": {"priority": float(priority[number])}}, sizes[name])["properties"]
        row = {"head": str(number), "relation": name, "tail": "t", "correct": bool(right[number]), "probability": None}
        rows.append(
            {**row, "priority": placed["priority"], "weight": placed["sampling_weight"], "draw": placed["draw"]}
        )
    return sorted(rows, key=lambda row: row["draw"]), float(right.mean())


def first(rows: list[Row], many: int, skipping: int = 0) -> Sample:
    """The sample after that many links; every so manieth is skipped."""
    reach = rows[many]["draw"]
    taken = [{**row, "reach": reach} for row in rows[:many]]
    for row in taken[skipping - 1 :: skipping] if skipping else []:
        row["correct"] = None
    return sample_of(taken)


@pytest.mark.parametrize("skipping", [0, 4])
def test_weighted_back_the_sample_is_unbiased_and_its_interval_covers(skipping: int) -> None:
    totals, shares, covered, plain, worlds = [], [], 0, [], 120
    for seed in range(worlds):
        rows, truth = world(seed)
        sample = first(rows, 120, skipping)
        found = sample.estimate()
        assert found is not None
        totals.append(float(sample.decided.loc[sample.decided["correct"], "weight"].sum()))
        shares.append(found.share)
        plain.append(found.right / found.of)
        covered += found.low <= truth <= found.high
        assert found.skipped == (120 // skipping if skipping else 0)
    error = float(np.std(totals)) / worlds**0.5
    assert np.mean(totals) == pytest.approx(truth * LINKS, abs=3 * error)
    assert np.mean(shares) == pytest.approx(truth, abs=0.01)
    assert covered / worlds >= 0.93
    assert np.mean(plain) > 3 * truth, "counted without weights, likely links are too many"


def test_half_of_a_sample_of_two_strata_is_not_half_of_all_links() -> None:
    """One likely link, right, is all of its stratum; one of 9 unlikely ones, wrong, stands for 9: 1 of 10 is right."""
    rows = [
        {"head": "a", "relation": "r", "tail": "t", "correct": True, "priority": 0.9, "weight": 1.0, "reach": 1.0},
        {"head": "b", "relation": "r", "tail": "t", "correct": False, "priority": 0.1, "weight": 9.0, "reach": 1.0},
    ]
    sample = sample_of(rows)
    assert sample.decided["weight"].tolist() == [1.0, 9.0]
    found = sample.estimate()
    assert found is not None
    assert (found.right, found.of, found.share, found.weighted) == (1, 2, pytest.approx(0.1), True)
    # A tenth of the links is known; the interval is of the others.
    assert found.low < 0.1 < found.high


def test_a_sample_without_weights_is_counted_as_before() -> None:
    row = {"relation": "r", "tail": "t", "priority": 0.5, "weight": None, "reach": 0.01}
    found = sample_of([{**row, "head": str(n), "correct": n < 8} for n in range(10)]).estimate()
    assert found is not None
    assert (found.share, found.weighted) == (0.8, False)
    assert (found.low, found.high) == (pytest.approx(wilson(0.8, 10)[0]), pytest.approx(wilson(0.8, 10)[1]))
    # Wilson's interval of 8 in 10 by hand: (0.8 + z²/20 ± z √(0.016 + z²/400)) / (1 + z²/10).
    assert wilson(0.8, 10) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert sample_of([]).estimate() is None


def test_bands_are_fifths_and_links_without_a_probability_are_apart() -> None:
    assert [band(value) for value in (-0.4, 0.0, 0.19, 0.2, 0.5, 0.8, 1.0)] == [0, 1, 1, 2, 3, 5, 5]
    assert count_bands([0.1, 0.15, 0.9]) == {1: 2.0, 5: 1.0}


def test_a_skip_does_not_stop_the_figures(art: Database) -> None:  # noqa: F811
    """Twenty links in one stratum, each of weight 20; the first five in the order of the sample but for the second."""
    art.driver.execute_query(
        "UNWIND range(0, 19) AS i CREATE (:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'w' + i})"
    )
    heads = [f"w{number}" for number in range(20)]
    links = pd.DataFrame({"head": heads, "relation": "hasStyle", "tail": "realism", "score": 1.0, "rank": 1})
    publish(art, links.assign(probability=0.1), model_version="v1")
    order = sorted(heads, key=lambda head: draw(link_key(head, "hasStyle", "realism")))
    for place_, head in enumerate(order[:5]):
        if place_ != 1:
            wish = Choice(
                id=str(uuid.uuid4()),
                head=head,
                relation="hasStyle",
                tail="realism",
                verdict="accepted" if place_ == 0 else "rejected",
            )
            decide(art, [wish], by="ana", queue="audit")
    sample = read_sample(art)
    assert sample.decided["head"].tolist() == [order[0], *order[2:5]]
    assert sample.skipped == 1
    found = sample.estimate()
    assert found is not None
    assert (found.right, found.of, found.share) == (1, 4, pytest.approx(0.25))
    # The sixth link is the first outside, so a link had the chance of its draw, and each decided one stands for 5/4.
    sixth = draw(link_key(order[5], "hasStyle", "realism"))
    assert sample.decided["weight"].tolist() == [pytest.approx(5 / 4 / sixth)] * 4


def test_what_people_answered_since_a_link_was_made_was_not_known_then(art: Database) -> None:  # noqa: F811
    """Of three works `old` has a style when the links are made. All are rejected, and a style is chosen for `now`."""
    art.driver.execute_query("UNWIND ['now', 'old', 'bare'] AS id CREATE (:Entity:Vlkge {id: id})")
    works, ids = ["now", "old", "bare"], (str(uuid.uuid4()) for _ in range(5))

    def choose(head: str, tail: str, verdict: Literal["accepted", "rejected"]) -> Choice:
        return Choice(id=next(ids), head=head, relation="hasStyle", tail=tail, verdict=verdict)

    decide(art, [choose("old", "ukiyo-e", "accepted")], by="ana")
    links = pd.DataFrame({"head": works, "relation": "hasStyle", "tail": "realism", "score": 1.0, "rank": 1})
    publish(art, links.assign(probability=0.1), model_version="v1")
    decide(art, [choose(head, "realism", "rejected") for head in works], by="ana", queue="audit")
    decide(art, [choose("now", "ukiyo-e", "accepted")], by="ana")
    known = read_sample(art).decided.set_index("head")["has_known_tail"]
    assert known.to_dict() == {"now": False, "old": True, "bare": False}


def test_links_of_some_heads_are_weighted_as_the_others_of_their_stratum(art: Database) -> None:  # noqa: F811
    art.driver.execute_query(
        "UNWIND range(0, 3) AS i CREATE (:Entity:Vlkge:Artwork {primary_label: 'Artwork', id: 'w' + i})"
    )
    links = pd.DataFrame(
        {"head": ["w0", "w1", "w2"], "relation": "hasStyle", "tail": "realism", "score": 1.0, "rank": 1}
    )
    publish(art, links.assign(probability=0.1), model_version="v1")
    later = pd.DataFrame({"head": ["w3"], "relation": ["hasStyle"], "tail": ["realism"], "score": [1.0], "rank": [1]})
    publish(art, later.assign(probability=0.1), model_version="v1", heads=["w3"])
    found = art.driver.execute_query(
        "MATCH (h)-[p:PREDICTED]->() WHERE h.id STARTS WITH 'w' AND h.id <> 'wave' "
        "RETURN h.id, p.sampling_weight ORDER BY h.id"
    ).records
    assert [tuple(record) for record in found] == [("w0", 3.0), ("w1", 3.0), ("w2", 3.0), ("w3", 3.0)]
