"""Held-back facts that training gives away: another fact joins the same two ends."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel

from base.distinct import among, distinct

HELD_BACK = ("val", "test")
FACT = ["head", "relation", "tail"]


class Leak(BaseModel):
    """Of so many facts of a split, how many have ends that a training fact joins, in whatever direction."""

    facts: int
    joined: int


def find_leaks(triples: pd.DataFrame, splits: npt.NDArray[np.str_]) -> dict[str, Leak]:
    """By split, only where there are any; `triples` has head, relation and tail, `splits` the part of each."""
    rows, names = pd.factorize(pd.concat([triples["head"], triples["tail"]], ignore_index=True))
    one, other = rows.astype(np.int64).reshape(2, -1)
    pairs = np.minimum(one, other) * len(names) + np.maximum(one, other)
    trained, found = distinct(pairs[splits == "train"]), {}
    for split in HELD_BACK:
        held_back = pairs[splits == split]
        found[split] = Leak(facts=len(held_back), joined=int(among(held_back, trained).sum()))
    return {split: leak for split, leak in found.items() if leak.joined}


def leak_warnings(leaks: dict[str, Leak]) -> list[str]:
    """A sentence for each split that is given away."""
    return [
        f"{leak.joined:,} of {leak.facts:,} {split} facts ({leak.joined / leak.facts:.1%}) have ends that a training "
        "fact joins too, by another relation or the other way round: they tell little of what is new"
        for split, leak in leaks.items()
    ]


def tell_torn(triples: pd.DataFrame) -> str | None:
    """A sentence where the same fact is given both in train and held back; `triples` has a column split."""
    trained = pd.MultiIndex.from_frame(triples.loc[triples["split"] == "train", FACT])
    told = []
    for split in HELD_BACK:
        facts = pd.MultiIndex.from_frame(triples.loc[triples["split"] == split, FACT].drop_duplicates())
        if both := int(facts.isin(trained).sum()):
            told.append(f"{both:,} of {len(facts):,} {split} facts stand in train too")
    if not told:
        return None
    return f"{' and '.join(told)}: a model is not tested on what it was trained on; leave each such fact in one split"
