"""Sources made at random of all that ids, names and values may hold; a seed makes the same one again."""

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from graph.loading.names import look_alikes, wrong_id, wrong_name

# Whole values that some reader takes for something else.
VALUES = [
    "NA", "nan", "NaN", "null", "None", "true", "FALSE", "007", "1e5", "-0", "0x10", "+4", "1642-01-01", "=1+1", "@SUM",
    "inf", "[]", "{}", '["a"]', "..", "/", "%2F", "a%20b", "http://x.org/a?b=c&d#e", "urn:x:y", "#", "_:b1", "<a>",
    "\\N", "\\u0041", '"', '""', "Artwork", "a.b", "a__b", "$x", "`", "``", "ID(Entity)", ":LABEL", "IGNORE",
    "é", "e\u0301", "日本", "🖼️", "שלום", "a\u200db", "Straße", "İ", "ﬁ",
]  # fmt: skip
SIGNS = list("abcXYZ019 ,;:\"'`\\/%$#{}[]()<>|&=+-_.~^°é日🎨ß\u0301\u00a0\u200b\u202e")
BREAKS = ["\n", "\t", "\r\n", "\x0b", "\x1f", "\x85", "\u2028"]


def make(seed: int, folder: Path, form: str) -> Path:
    """A folder with `entities` and `triples` as .csv or .parquet, some dozens of each."""
    chance = random.Random(seed)
    ids = _distinct(chance, 40, lambda text: wrong_id(text) is None, [*SIGNS, *BREAKS])
    names = _distinct(chance, 12, lambda text: wrong_name(text) is None, SIGNS)
    labels, relations, columns = names[:4], names[4:8], names[8:]
    entities = pd.DataFrame({"id": ids, "label": chance.choices([*labels, "Entity"], k=len(ids))})
    for column in ("name", "text", *columns):
        entities[column] = [_text(chance, [*SIGNS, *BREAKS]) if chance.random() < 0.8 else None for _ in ids]
    facts = {(chance.choice(ids), chance.choice(relations), chance.choice(ids)) for _ in range(80)}
    triples = pd.DataFrame(sorted(facts), columns=["head", "relation", "tail"])
    triples[columns[0]] = [_text(chance, [*SIGNS, *BREAKS]) for _ in range(len(triples))]
    folder.mkdir(parents=True)
    for name, frame in (("entities", entities), ("triples", triples)):
        if form == "csv":
            # "\r" alone ends a line too, so that all is quoted that holds one.
            frame.to_csv(folder / f"{name}.csv", index=False, quoting=csv.QUOTE_ALL, lineterminator="\n")
        else:
            frame.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


def _distinct(chance: random.Random, count: int, taken: Callable[[str], bool], signs: list[str]) -> list[str]:
    """So many texts that are taken and do not look alike."""
    found: dict[str, None] = {}
    while len(found) < count:
        text = _text(chance, signs)
        if taken(text) and not look_alikes([*found, text]):
            found[text] = None
    return list(found)


def _text(chance: random.Random, signs: list[str]) -> str:
    if chance.random() < 0.4:
        return chance.choice(VALUES)
    return "".join(chance.choices(signs, k=chance.choice([1, 2, 3, 8, 40])))
