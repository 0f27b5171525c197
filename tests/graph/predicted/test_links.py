"""The links frame is checked and keyed before anything is written."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from base.errors import InputError
from graph.link_key import draw
from graph.predicted.links import by_relation, check_links, digest, rows, with_priority


def frame(*rows: tuple[object, ...], **more: list[object]) -> pd.DataFrame:
    links = pd.DataFrame(rows, columns=["head", "relation", "tail", "score"])
    return links.assign(rank=range(1, len(links) + 1), **more)


@pytest.mark.parametrize(
    ("links", "message"),
    [
        (frame(("w1", "hasStyle", "s1", float("nan"))), "score of the links must have a value in every row; 1 lack"),
        (frame(("w1", "hasStyle", "s1", float("inf"))), "score must be a finite number: 'w1 hasStyle s1 inf'"),
        (frame(("w1", "hasStyle", "s1", "high")), "the column score of the links holds something else than double"),
        (frame((7, "hasStyle", "s1", 1.0)), "the column head of the links holds something else than string"),
        (frame(("w1", "", "s1", 1.0)), "relation must not be empty"),
        (frame(("w1", "PREDICTED", "s1", 1.0)), "relation must not be our own type"),
        (frame(*[("w4", "hasStyle", "s2", 1.0)] * 2), r"each \(head, relation, tail\) may come once"),
        (frame(("w4", "hasStyle", "s2", 1.0), probability=[1.5]), "from 0 to 1: 'w4 hasStyle s2 1.5'"),
        (frame(("w4", "hasStyle", "s2", 1.0)).assign(rank=0), "rank must be 1 or more"),
        (frame(("w4", "hasStyle", "s2", 1.0), answer_probability=[-0.5]), "answer_probability must be from 0 to 1"),
        (frame(("w4", "hasStyle", "s2", 1.0), uncertainty=[float("inf")]), "uncertainty must be from 0 to 1"),
        (frame(("w4", "hasStyle", "s2", 1.0), share=[float("-inf")]), "share must be finite: 'w4 hasStyle s2 -inf'"),
        (frame(("w4", "hasStyle", "s2", 1.0), near=[[0.5, float("inf")]]), "near must be finite"),
        (frame(("w4", "hasStyle", "s2", 1.0), priority=[1.0]), "the reserved column priority"),
        (frame(("w4", "hasStyle", "s2", 1.0), verdict=["accepted"]), "the reserved column verdict"),
        (frame(("w4", "hasStyle", "s2", 1.0), why=[{"a": 1}]), "the column why of the links holds something else"),
        (frame(("w4", "hasStyle", "s2", 1.0)).drop(columns="rank"), "the links have no column rank"),
    ],
)  # fmt: skip
def test_wrong_links_are_refused(links: pd.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_links(links)


def test_missing_evidence_is_no_value_at_all() -> None:
    links = frame(("w4", "hasStyle", "s1", 1.0), ("w4", "hasStyle", "s2", 1), share=[0.5, float("nan")])
    assert [row["properties"] for row in rows(check_links(links))] == [
        {"score": 1.0, "rank": 1, "share": 0.5},
        {"score": 1.0, "rank": 2, "share": None},
    ]


def test_categories_and_large_frames_of_text_are_text() -> None:
    links = frame(("w4", "hasStyle", "s1", 1.0)).astype({"relation": "category", "head": "string"})
    assert next(rows(check_links(links)))["key"] == '["w4","hasStyle","s1"]'


def test_relations_are_cut_apart_whatever_their_order() -> None:
    links = frame(("a", "é", "b", 1.0), ("a", "Z", "b", 1.0), ("b", "é", "a", 1.0), ("a", "a", "b", 1.0))
    parts = by_relation(check_links(links))
    assert {name: part["head"].to_pylist() for name, part in parts.items()} == {"a": ["a"], "Z": ["a"], "é": ["a", "b"]}


def test_the_digest_knows_content_and_not_order() -> None:
    links = frame(("a", "r", "b", 1.0), ("b", "r", "a", 2.0))
    assert digest(check_links(links)) == digest(check_links(links.iloc[::-1]))
    assert digest(check_links(links)) != digest(check_links(links.assign(score=[1.0, 2.5])))
    assert digest(check_links(links), "v1") != digest(check_links(links), "v2")


def test_the_draw_is_the_beginning_of_the_keys_sha256() -> None:
    # sha256('["a","r","b"]') begins with the bytes below
    first = hashlib.sha256(b'["a","r","b"]').hexdigest()[:14]
    assert draw('["a","r","b"]') == (int(first, 16) // 8) / 2**53
    assert 0.45 < sum(draw(str(i)) for i in range(1000)) / 1000 < 0.55


def test_a_link_without_a_probability_has_none_and_comes_last_by_its_score() -> None:
    links = frame(*[("w4", "hasStyle", f"s{i}", score) for i, score in enumerate((0.0, -2.0, 1000.0, 3.0, 3.0))])
    links["probability"] = [None, 0.25, float("nan"), 0.5, 1.0]
    links["answer_probability"] = [0.5, None, None, 0.5, 1.0]
    links["calibrated_on"] = [None, "relation", None, "pooled", "relation"]
    done = with_priority(check_links(links)).to_pandas()
    # (s / (1 + |s|) - 1) / 2 of the scores 0 and 1000, the probability, and twice the product with that of an answer
    assert done["priority"].tolist() == pytest.approx([-0.5, 0.25, (1000 / 1001 - 1) / 2, 0.25, 1.0])
    assert done["calibrated_on"].tolist() == ["none", "relation", "none", "pooled", "relation"]
    assert done["probability"].isna().tolist() == [True, False, True, False, False]
    # the entropy in bits of 1/4, and of a certainty
    assert done["uncertainty"].tolist() == pytest.approx([np.nan, 0.8112781, np.nan, 0.8112781, 0.0], nan_ok=True)


def test_links_of_before_there_were_answers_keep_their_probability() -> None:
    done = with_priority(check_links(frame(("w4", "hasStyle", "s1", 1.0), probability=[0.3]))).to_pandas()
    assert (done["probability"][0], done["priority"][0]) == (0.3, 0.3)
    assert "answer_probability" not in done


def test_the_entities_that_speak_for_a_link_are_one_list_of_ids() -> None:
    frame = pd.DataFrame({"head": ["w"], "relation": ["hasStyle"], "tail": ["s"], "score": [1.0], "rank": [1]})
    frame["similar"] = [["w2", "w3"]]
    frame["paths"] = [['["w",">by","a",">likes","w3","<x","s"]', "no path"]]
    (row,) = rows(check_links(frame))
    assert row["properties"]["evidence_ids"] == ["w2", "w3", "a"]
