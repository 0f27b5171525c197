"""Benchmark folders as their authors released them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from base.errors import InputError
from graph.loading.files import Source
from graph.mapping.source import read_source

MKG_W = Path(__file__).parents[4] / "shared" / "data" / "museums" / "mkg_w_as_released"
Release = Callable[..., Source]


@pytest.fixture
def release(tmp_path: Path) -> Release:
    def release(**files: str) -> Source:
        for name, content in files.items():
            (tmp_path / f"{name}.txt").write_text(content)
        return read_source(tmp_path, name="benchmark")

    return release


def facts(source: Source) -> set[tuple[str, ...]]:
    return {*zip(*(source.triples[column] for column in ("head", "relation", "tail", "split")), strict=True)}


FACTS = {("a", "knows", "b", "train"), ("b", "knows", "c d", "val"), ("c d", "likes", "a", "test")}


def test_names_as_head_relation_tail(release: Release) -> None:
    source = release(
        train="a\tknows\tb\n", valid="b\tknows\tc d\n", test="c d\tlikes\ta\n", entity2text="a\tAnn\nb\tBob\n"
    )
    assert facts(source) == FACTS
    assert source.entities.set_index("id")["name"].dropna().to_dict() == {"a": "Ann", "b": "Bob"}


def test_numbers_as_head_tail_relation_with_counts_on_top(release: Release) -> None:
    source = release(
        train2id="1\n0 1 0\n", valid2id="1\n1 2 0\n", test2id="1\n2 0 1\n",
        entity2id="3\na\t0\nb\t1\nc d\t2\n", relation2id="2\nknows\t0\nlikes\t1\n",
    )  # fmt: skip
    assert facts(source) == FACTS


def test_numbers_are_translated_where_names_are_numbers_too(release: Release) -> None:
    source = release(
        train2id="2\n0 1 0\n1 2 1\n", valid2id="1\n1 0 1\n", test2id="1\n1 1 1\n",
        entity2id="3\n3\t0\n1\t1\n4\t2\n", relation2id="2\n1\t0\n0\t1\n",
    )  # fmt: skip
    assert ("3", "1", "1", "train") in facts(source)
    assert ("1", "0", "4", "train") in facts(source)


def test_names_of_one_file_are_names_in_all(release: Release) -> None:
    source = release(train="0 r 7\n1 r 5\n", valid="0 r 1\n", test="1 r 0\n", entity2id="7 0\n5 1\n0 2\n1 3\n")
    assert facts(source) >= {("0", "r", "7", "train"), ("0", "r", "1", "val")}


def test_only_line_feeds_end_a_line(release: Release) -> None:
    text = "a\tone\u2028two\x85three\x0cfour\r\nb\tBob\n"
    source = release(train="a\tknows\tb\r\n", valid="b\tknows\ta\n", test="a\tlikes\tb\n", entity2textlong=text)
    assert source.entities.set_index("id")["text"]["a"] == "one\u2028two\x85three\x0cfour"
    assert set(source.entities["id"]) == {"a", "b"}


def test_what_a_text_says_of_nobody_is_told(release: Release) -> None:
    source = release(train="a\tr\tb\n", valid="b\tr\ta\n", test="a\ts\tb\n", entity2text="a\tAnn\nx\tEx\nb Bob\n")
    assert "name: 1 left out, no fact has such an entity (entity2text.txt line 2: 'x')" in source.notes
    assert "name: 1 left out, nothing stands behind the id (entity2text.txt line 3: 'b Bob')" in source.notes


@pytest.mark.parametrize("header", ["head\trelation\ttail", "Subject\tPredicate\tObject", "h\tr\tt"])
def test_a_header_is_no_fact(release: Release, header: str) -> None:
    source = release(train=f"{header}\na\tknows\tb\n", valid=f"{header}\nb\tknows\tc d\n", test="c d\tlikes\ta\n")
    assert facts(source) == FACTS
    assert f"train.txt: its first line names the columns and is no fact ({' '.join(header.split())!r})" in source.notes


def test_a_header_says_the_order(release: Release) -> None:
    train = "head\ttail\trelation\n" + "".join(f"a{n}\tb{n % 9}\tr{n % 8}\n" for n in range(20))
    source = release(
        train=train,
        test="a1\tb2\tr1\n",
        entity2id="entity\tid\na1\t0\n"
        + "".join(
            f"{name}\t{number}\n"
            for number, name in enumerate([*(f"a{n}" for n in range(20) if n != 1), *(f"b{n}" for n in range(9))], 1)
        ),
    )
    assert set(source.triples["relation"]) == {f"r{n}" for n in range(8)}


def test_the_column_whose_values_no_head_has_is_the_relation(release: Release) -> None:
    train = "".join(f"c{n % 9}\tc{(n + n // 9) % 9}\tr{n % 8}\n" for n in range(72))
    source = release(bench_train=train, bench_dev="", bench_test="c1\tr1\n", bench_entity2text="c1\tOne\n")
    assert set(source.triples["relation"]) == {f"r{n}" for n in range(8)}
    assert source.entities.set_index("id")["name"].dropna().to_dict() == {"c1": "One"}
    assert any("bench_test.txt: its lines have no tail" in note for note in source.notes)


def test_libkges_numbers_are_head_relation_tail(tmp_path: Path) -> None:
    for name, content in {
        "train": "0\t0\t1\n", "valid": "1\t0\t2\n", "test": "2\t1\t0\n",
        "entity_ids": "0\ta\n1\tb\n2\tc d\n", "relation_ids": "0\tknows\n1\tlikes\n",
    }.items():  # fmt: skip
        (tmp_path / f"{name}.del").write_text(content)
    assert facts(read_source(tmp_path, name="benchmark")) == FACTS


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"train": "a b\n", "test": "a r b\n"}, r"train.txt: each line must have three cells.*line 1: 2"),
        (
            {"train": "0 0 9\n", "test": "0 0 1\n", "entity2id": "a 0\nb 1\n"},
            "train.txt line 1: '9' is not in entity2id",
        ),
        (
            {"train": "e0 r e1\n", "test": "e1 r e0\n", "entity2text": "/m/e0\tAnn\n/m/e1\tBob\n"},
            r"entity2text.txt: none of its ids is an entity of the facts: '/m/e0', '/m/e1'.*; there they are as 'e0'",
        ),
        ({"train": "a r b\n", "test": "b r a\n", "entity2id": "a one\nb two\n"}, "entity2id.txt line 2: there must be"),
        (
            {"train": "a r b\nb r c\n", "test": "a r c\n", "entity2id": "a 0\nb 1\n"},
            "train.txt line 2: 'c' is not in entity2id",
        ),
        ({"train": "", "test": "a r b\n"}, "the part to train on has no triples"),
        ({"train": "a r b\n", "test": "a r b\n"}, "1 of 1 test facts stand in train too"),
        (
            {"train": "".join(f"a{n} b{n % 90} c{n % 80}\n" for n in range(200)), "test": "a1 b1 c1\n"},
            r'train.txt: its second column has 90 values and its third 80.*say order = "hrt" or order = "htr"',
        ),
    ],
)
def test_what_cannot_be_meant_is_told(release: Release, files: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        release(**files)


def test_mkg_w_as_released_is_read_without_a_mapping() -> None:
    if not MKG_W.is_dir():
        pytest.skip(f"the samples of museums are not there: {MKG_W}")
    source = read_source(MKG_W)
    assert len(source.entities) == 15_000
    assert source.triples["split"].value_counts().to_dict() == {"train": 34_196, "val": 4_276, "test": 4_274}
    assert source.triples["relation"].nunique() == 169
    assert source.entities["id"].iloc[0] == "http://www.wikidata.org/entity/Q370252"
