"""A data folder that fills up night by night: entities arrive in a drawn order, a fact once both its ends are there."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

FIRST = 0.5  # of the facts are there on the first night


class Arrivals:
    """The files of each night, cut from a whole folder of entities.csv and triples.csv."""

    def __init__(self, source: Path, nights: int, facts: int | None, seed: int = 0) -> None:
        entities = pd.read_csv(source / "entities.csv", dtype=str, keep_default_na=False)
        triples = pd.read_csv(source / "triples.csv", dtype=str, keep_default_na=False)
        drawn = np.random.default_rng(seed).permutation(len(entities))
        place = pd.Series(drawn, index=entities["id"])
        arrival = np.maximum(place[triples["head"]].to_numpy(), place[triples["tail"]].to_numpy())
        arrival, later = after_training(triples, arrival)
        self.triples = triples.iloc[np.lexsort([later, arrival])][:facts]
        # Pictures take minutes to encode and add nothing to what is shown here.
        self.entities = entities.drop(columns=["image"], errors="ignore")
        self.nights = nights

    def count(self, night: int) -> int:
        """How many facts are there on a night, from 1."""
        total = len(self.triples)
        start = int(total * FIRST)
        return start + (total - start) * (night - 1) // max(1, self.nights - 1)

    def write(self, night: int, folder: Path, damaged: bool = False) -> int:
        """The folder as it is on a night; how many facts it holds. `damaged` leaves the last line cut off."""
        folder.mkdir(parents=True, exist_ok=True)
        triples = self.triples.iloc[: self.count(night)]
        ends = set(triples["head"]) | set(triples["tail"])
        self.entities[self.entities["id"].isin(ends)].to_csv(folder / "entities.csv", index=False)
        text = triples.to_csv(index=False)
        (folder / "triples.csv").write_text(text + triples.iloc[-1]["head"] + "\n" if damaged else text)
        return len(triples)


def after_training(
    triples: pd.DataFrame, arrival: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """When facts arrive, and which of equal ones come last: those held back wait for the training facts of their ends.

    Otherwise an entity would come as one that is held out wholly, and be trained on later.
    """
    split = next((triples[name] for name in ("split", "mode") if name in triples), None)
    if split is None:
        return arrival, np.zeros(len(triples), dtype=bool)
    train = (split == "train").to_numpy()
    ends = pd.concat([triples["head"][train], triples["tail"][train]])
    first = pd.Series(np.tile(arrival[train], 2), index=ends.to_numpy()).groupby(level=0).min()
    waits = [triples[end].map(first).fillna(0).to_numpy(dtype=np.int64) for end in ("head", "tail")]
    return np.where(train, arrival, np.maximum.reduce([arrival, *waits])), ~train
