"""Entities of one label whose names are nearly the same; listed for a person, never merged by themselves."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator

import pandas as pd
from pydantic import BaseModel
from rapidfuzz import fuzz

SIMILAR = 92.0  # of 100, by rapidfuzz's ratio
NEIGHBOURS = 6  # in the order of names, and of names from their ends
MOST = 1_000
SHORTEST = 6  # letters; of shorter names a small difference means another thing


class Double(BaseModel):
    """Two entities that may be one. why: ``spelling`` (case, accents, signs), ``order`` (Last, First) or ``similar``.

    facts: how many lead to each. similarity: 0 to 100.
    """

    label: str
    one: str
    one_name: str
    other: str
    other_name: str
    why: str
    similarity: float
    facts: tuple[int, int]


def find_doubles(
    entities: pd.DataFrame, counts: "pd.Series[int]", between: Collection[str] | None = None
) -> list[Double]:
    """Pairs of entities of one label with nearly the same name, the surest first, at most a thousand.

    entities: columns id, label, name. counts: facts by id. Names with different numbers are different.
    between: of each pair one and only one id must be among these.
    """
    if "name" not in entities:
        return []
    named = entities[entities["name"].notna()]
    found = []
    for label, group in named.groupby("label", sort=False):
        keys = [(plain(name), id_, name) for id_, name in zip(group["id"], group["name"], strict=True)]
        for (one, name), (other, other_name), why, similarity in _pair([key for key in keys if key[0]]):
            if between is not None and (one in between) == (other in between):
                continue
            found.append(
                Double(
                    label=str(label), one=one, one_name=name, other=other, other_name=other_name, why=why,
                    similarity=round(similarity, 1), facts=(int(counts.get(one, 0)), int(counts.get(other, 0))),
                )
            )  # fmt: skip
    return sorted(found, key=lambda double: (double.why == "similar", -double.similarity, -sum(double.facts)))[:MOST]


def plain(name: str) -> str:
    """A name without case, accents and signs."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w\s]", " ", bare).split())


def _pair(
    keys: list[tuple[str, str, str]],
) -> Iterator[tuple[tuple[str, str], tuple[str, str], str, float]]:
    """Pairs with why and how similar, each once."""
    groups: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for key in keys:
        groups[" ".join(sorted(key[0].split()))].append(key)
    firsts = []
    for (plain_one, one, name), *others in groups.values():
        firsts.append((plain_one, one, name))
        for plain_other, other, other_name in others:
            why = "spelling" if plain_one == plain_other else "order"
            yield (one, name), (other, other_name), why, 100.0
    seen = set()
    for turned in (False, True):
        ordered = sorted(firsts, key=lambda key: key[0][::-1] if turned else key[0])
        for at, (plain_one, one, name) in enumerate(ordered):
            for plain_other, other, other_name in ordered[at + 1 : at + 1 + NEIGHBOURS]:
                pair = (min(one, other), max(one, other))
                if pair in seen or min(len(plain_one), len(plain_other)) < SHORTEST:
                    continue
                seen.add(pair)
                similarity = fuzz.ratio(plain_one, plain_other, score_cutoff=SIMILAR)
                if similarity and re.findall(r"\d+", plain_one) == re.findall(r"\d+", plain_other):
                    yield (one, name), (other, other_name), "similar", similarity
