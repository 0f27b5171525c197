"""How far people who looked at the same links agree, beyond what chance alone would give."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from pydantic import BaseModel

from graph.connection import Database

# Of fewer links no coefficient is given: it would swing with each of them.
ENOUGH = 10
# One link: who accepts it, and who does not.
Said = dict[str, bool]


class OfRelation(BaseModel):
    """Krippendorff's alpha of a relation (None: of all relations), over the links that several people looked at.

    alike: the share of links on which all said the same. alpha: 1 for agreement throughout, 0 for what chance gives;
    None of fewer than ENOUGH links, or where everybody always said the same: that may be habit.
    """

    relation: str | None
    people: int
    links: int
    alike: float
    alpha: float | None


class OfPair(BaseModel):
    """Cohen's kappa of two people, over the links that both looked at; alike and None as in `OfRelation`."""

    first: str
    second: str
    links: int
    alike: float
    kappa: float | None


class Agreement(BaseModel):
    """Agreement per relation, all relations first, and per pair of people, those with the most links first."""

    relations: list[OfRelation]
    pairs: list[OfPair]


def measure_agreement(database: Database) -> Agreement:
    """By the newest verdict of each person; of what somebody took back, they said nothing."""
    rows = database.read("decisions/list_shared")
    links = [(row["relation"], dict(zip(row["people"], row["accepted"], strict=True))) for row in rows]
    return Agreement(relations=_by_relation(links), pairs=_by_pair([said for _, said in links]))


def krippendorff(links: Iterable[Said]) -> float | None:
    """Krippendorff's alpha of nominal verdicts; None where all are the same.

    1 - observed / expected disagreement, from pairs of verdicts about the same link, each link's pairs weighted by one
    over its number of verdicts less one (Krippendorff 2011, https://repository.upenn.edu/asc_papers/43).
    """
    differing, counts = 0.0, Counter[bool]()
    for said in links:
        of = Counter(said.values())
        if said and len(said) > 1:
            counts += of
            differing += 2 * of[True] * of[False] / (len(said) - 1)
    expected = 2 * counts[True] * counts[False]
    return 1 - (counts.total() - 1) * differing / expected if expected else None


def cohen(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's kappa (1960, https://doi.org/10.1177/001316446002000104); None where chance alone agrees throughout."""
    if not pairs:
        return None
    observed = sum(one == other for one, other in pairs) / len(pairs)
    first, second = (sum(pair[place] for pair in pairs) / len(pairs) for place in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    return (observed - chance) / (1 - chance) if chance < 1 else None


def _by_relation(links: Sequence[tuple[str, Said]]) -> list[OfRelation]:
    if not links:
        return []
    names = sorted({relation for relation, _ in links})
    parts = [(name, [said for relation, said in links if relation == name]) for name in names]
    whole = [(None, [said for _, said in links])] if len(names) > 1 else []
    return [_of_relation(name, part) for name, part in [*whole, *parts]]


def _of_relation(relation: str | None, links: Sequence[Said]) -> OfRelation:
    alike = sum(len(set(said.values())) == 1 for said in links) / len(links)
    people = {name for said in links for name in said}
    alpha = krippendorff(links) if len(links) >= ENOUGH else None
    return OfRelation(relation=relation, people=len(people), links=len(links), alike=alike, alpha=alpha)


def _by_pair(links: Sequence[Said]) -> list[OfPair]:
    shared: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for said in links:
        for first, second in combinations(sorted(said), 2):
            shared.setdefault((first, second), []).append((said[first], said[second]))
    return [
        _of_pair(*names, pairs) for names, pairs in sorted(shared.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _of_pair(first: str, second: str, pairs: Sequence[tuple[bool, bool]]) -> OfPair:
    alike = sum(one == other for one, other in pairs) / len(pairs)
    kappa = cohen(pairs) if len(pairs) >= ENOUGH else None
    return OfPair(first=first, second=second, links=len(pairs), alike=alike, kappa=kappa)
