"""A museum as large as WikiArt-MKG-v2, made by a seed: files as `vlkge run` takes them, vectors of both modalities.

Works fall into groups, as by school and time. A work relates mostly to works of its group, and what else is recorded of
it is mostly what its group prefers; its vectors scatter around those of the group. So there is something to learn, and
a fact that stands against the group is noise. With hubs, one museum owns all works, and one catalogue lists them.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors.numpy import save_file

GROUPS = 300
RELATIONS = 22  # the first joins works, as isRelatedToArtwork does in WikiArt-MKG-v2
RELATED = 0.9  # share of the first one's facts
LOYAL = 0.8  # share of facts that follow the group
WIDTH = 768
PRESENT = {"visual": 0.9, "textual": 0.95}  # share of entities with a vector


def make(folder: Path, entities: int, facts: int, hubs: bool = False) -> None:
    """Write entities, triples and vectors into a new folder; about so many facts, as those drawn twice count once.

    With `hubs` two more facts of each work.
    """
    folder.mkdir(parents=True)
    draw = np.random.default_rng(0)
    works = entities * 9 // 10
    group = draw.integers(GROUPS, size=entities)
    ids = np.char.add("e", np.arange(entities).astype(str))
    kind = np.char.add("Kind", ((np.arange(entities) - works) % (RELATIONS - 1)).astype(str))
    kinds = np.where(np.arange(entities) < works, "Artwork", kind)
    frame = {"id": ids, "label": kinds, "name": np.char.add("Made thing ", np.arange(entities).astype(str))}
    made = pd.DataFrame(frame)
    if hubs:
        made.loc[len(made)] = {"id": "museum", "label": "Museum", "name": "The only museum"}
        made.loc[len(made)] = {"id": "catalogue", "label": "Catalogue", "name": "The catalogue"}
    made.to_parquet(folder / "entities.parquet", index=False)
    related = int(facts * RELATED)
    columns = [_related(draw, group[:works], related)]
    columns += [
        _recorded(draw, group[:works], works, np.arange(works + number, entities, RELATIONS - 1), facts - related)
        for number in range(RELATIONS - 1)
    ]
    parts = [
        pd.DataFrame({"head": ids[head], "relation": f"relation{number}", "tail": ids[tail]})
        for number, (head, tail) in enumerate(columns)
    ]
    if hubs:
        parts.append(pd.DataFrame({"head": ids[:works], "relation": "isLocatedIn", "tail": "museum"}))
        parts.append(pd.DataFrame({"head": "catalogue", "relation": "lists", "tail": ids[:works]}))
    triples = pd.concat(parts)
    triples.drop_duplicates().to_parquet(folder / "triples.parquet", index=False)
    for modality, share in PRESENT.items():
        has = np.flatnonzero(draw.random(entities) < share)
        vectors = draw.standard_normal((GROUPS, WIDTH), dtype=np.float32)[group[has]]
        vectors += 2 * draw.standard_normal((len(has), WIDTH), dtype=np.float32)
        metadata = {"ids": json.dumps(ids[has].tolist())}
        save_file({"vectors": vectors}, folder / f"{modality}.safetensors", metadata=metadata)


Ends = tuple[NDArray[np.int64], NDArray[np.int64]]


def _related(draw: np.random.Generator, group: NDArray[np.int64], facts: int) -> Ends:
    """Works beside works; in each group the first are related most."""
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(GROUPS))
    sizes = np.bincount(group, minlength=GROUPS)
    head = draw.integers(len(group), size=facts)
    own = starts[group[head]] + (sizes[group[head]] * draw.random(facts) ** 2).astype(np.int64)
    tail = np.where(draw.random(facts) < LOYAL, order[own], draw.integers(len(group), size=facts))
    kept = head != tail
    return head[kept], tail[kept]


def _recorded(
    draw: np.random.Generator, group: NDArray[np.int64], works: int, targets: NDArray[np.int64], facts: int
) -> Ends:
    """What one relation records of works: one of the three targets that the group prefers, or any."""
    size = facts // (RELATIONS - 1)
    preferred = targets[(len(targets) * draw.random((GROUPS, 3)) ** 3).astype(np.int64)]
    head = draw.choice(works, size=min(size, works), replace=False)
    chosen = preferred[group[head], draw.integers(3, size=len(head))]
    any_one = targets[(len(targets) * draw.random(len(head)) ** 3).astype(np.int64)]
    return head, np.where(draw.random(len(head)) < LOYAL, chosen, any_one)
