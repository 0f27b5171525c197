"""The small art graph holds what its README promises, and no text tells what is to be predicted."""

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

FOLDER = Path(__file__).parents[2] / "examples" / "art"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def entities() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows(FOLDER / "entities.csv")}


@pytest.fixture(scope="module")
def triples() -> list[dict[str, str]]:
    return rows(FOLDER / "triples.csv")


@pytest.fixture(scope="module")
def held_out(entities: dict[str, dict[str, str]], triples: list[dict[str, str]]) -> dict[str, str]:
    """Artworks without a train fact, and the split that theirs are in."""
    splits = defaultdict(set)
    for row in triples:
        splits[row["head"]].add(row["split"])
    return {
        work: "/".join(sorted(found))
        for work, found in splits.items()
        if entities[work]["label"] == "Artwork" and "train" not in found
    }


def test_is_as_large_as_promised(entities: dict[str, dict[str, str]], triples: list[dict[str, str]]) -> None:
    labels = Counter(row["label"] for row in entities.values())
    relations = Counter(row["relation"] for row in triples)
    assert labels["Artwork"] >= 2000
    assert len(triples) >= 15_000
    assert len([r for r, count in relations.items() if count > 100]) >= 10
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 3_000_000


def test_the_readme_counts_what_is_there(entities: dict[str, dict[str, str]], triples: list[dict[str, str]]) -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    labels = Counter(row["label"] for row in entities.values())
    relations = Counter(row["relation"] for row in triples)
    splits = Counter(row["split"] for row in triples)
    assert {label: f"| {label} | {count:,} |" in text for label, count in labels.items()} == dict.fromkeys(labels, True)
    assert [r for r, n in relations.items() if not re.search(rf"\| {r} \| \w+ → \w+ \| {n:,} \|", text)] == []
    assert f"{splits['train']:,} train, {splits['val']:,} val, {splits['test']:,} test" in text
    assert f"{sum(bool(row['image']) for row in entities.values())} pictures" in text


def test_every_entity_and_fact_is_there_once(
    entities: dict[str, dict[str, str]], triples: list[dict[str, str]]
) -> None:
    assert len(rows(FOLDER / "entities.csv")) == len(entities)
    facts = [(row["head"], row["relation"], row["tail"]) for row in triples]
    assert len(set(facts)) == len(facts)
    assert {end for head, _, tail in facts for end in (head, tail)} == set(entities)
    assert [row["id"] for row in entities.values() if not row["name"].strip()] == []


def test_artworks_have_many_facts_and_are_connected(
    entities: dict[str, dict[str, str]], triples: list[dict[str, str]]
) -> None:
    works = sum(row["label"] == "Artwork" for row in entities.values())
    assert sum(entities[row["head"]]["label"] == "Artwork" for row in triples) / works > 4
    neighbours = defaultdict(set)
    for row in triples:
        neighbours[row["head"]].add(row["tail"])
        neighbours[row["tail"]].add(row["head"])
    reached = {"artist:piet-mondrian"}
    front = reached
    while front:
        front = {near for entity in front for near in neighbours[entity]} - reached
        reached |= front
    assert reached == set(entities)


def test_only_wikidata_entities_have_its_address(entities: dict[str, dict[str, str]]) -> None:
    for row in entities.values():
        known = re.fullmatch(r"Q\d+", row["id"])
        assert row["url"] == (f"https://www.wikidata.org/wiki/{row['id']}" if known else "")


def test_names_keep_accents_quotes_and_commas(entities: dict[str, dict[str, str]]) -> None:
    names = {row["name"] for row in entities.values()}
    assert {"Paul Cézanne", "Van Gogh's Chair", "'s-Hertogenbosch", "Fine Wind, Clear Morning"} <= names


def test_every_picture_is_drawn_and_opens(entities: dict[str, dict[str, str]]) -> None:
    drawn = [row for row in entities.values() if row["image"]]
    assert len(drawn) >= 40
    for row in drawn:
        assert row["label"] == "Artwork"
        assert row["rights"] == "redrawn for this project, CC0"
        with Image.open(FOLDER / row["image"]) as picture:
            assert max(picture.size) in range(256, 337)
            assert len(picture.convert("RGB").getcolors(100_000) or []) > 1
        drawing = ElementTree.parse(FOLDER / "drawings" / f"{Path(row['image']).stem}.svg")
        assert (drawing.getroot()[0].text or "").startswith("After ")
    assert {path.name for path in (FOLDER / "images").iterdir()} == {Path(row["image"]).name for row in drawn}


def test_a_share_of_artworks_is_held_out_wholly(
    entities: dict[str, dict[str, str]], triples: list[dict[str, str]], held_out: dict[str, str]
) -> None:
    works = sum(row["label"] == "Artwork" for row in entities.values())
    assert set(held_out.values()) == {"val", "test"}
    assert 0.04 < len(held_out) / works < 0.06
    pictures = {work for work, row in entities.items() if row["image"]}
    assert pictures & set(held_out)
    assert pictures - set(held_out)
    seen = {end for row in triples if row["split"] == "train" for end in (row["head"], row["tail"])}
    assert set(entities) - seen == set(held_out)


def test_both_facts_of_a_pair_are_in_one_split(triples: list[dict[str, str]], held_out: dict[str, str]) -> None:
    splits = defaultdict(set)
    for row in triples:
        splits[frozenset((row["head"], row["tail"]))].add(row["split"])
    assert [pair for pair, found in splits.items() if len(found) > 1 and not pair & held_out.keys()] == []


def test_no_text_names_the_other_end_of_its_val_and_test_facts(
    entities: dict[str, dict[str, str]], triples: list[dict[str, str]]
) -> None:
    told = []
    for row in triples:
        for here, there in ((row["head"], row["tail"]), (row["tail"], row["head"])):
            text, name = entities[here]["text"], entities[there]["name"]
            if row["split"] != "train" and re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE):
                told.append((here, row["relation"], there))
    assert told == []


def test_artworks_artists_and_styles_have_a_text(entities: dict[str, dict[str, str]]) -> None:
    without = Counter(row["label"] for row in entities.values() if not row["text"])
    assert not without.keys() & {"Artwork", "Artist", "Style"}
